# Öffentliche Seiten, Deutsch. Kurze Sätze, die nicht mehr sagen, als geprüft wurde.
# $x ist eine Zahl oder ein Text; $x_s ist dieselbe Zahl, lesbar gruppiert.

month-1 = Januar
month-2 = Februar
month-3 = März
month-4 = April
month-5 = Mai
month-6 = Juni
month-7 = Juli
month-8 = August
month-9 = September
month-10 = Oktober
month-11 = November
month-12 = Dezember
moment = { $day }, { $clock } UTC

# Rahmen
skip = Zum Inhalt
nav-label = Hauptmenü
nav-menu = Menü
nav-draws = Auslosungen
nav-log = Protokoll
nav-how = So geht es
nav-proof = Was es beweist
nav-verify = Nachprüfen
lang-label = Sprache
search-label = Suche nach Auslosung, Hash oder Schritt
search-go = Suchen
footer-line = Ausgelost, und zwar so, dass jeder es nachprüfen kann. Das Protokoll dieser Seite: { $origin }.
footer-feed = Feed
footer-desk = Für Veranstalter
footer-privacy = Diese Seite setzt keine Cookies, fragt niemanden sonst und zählt ihre Besucher nicht.

rehearsal-title = Probe: beweist nichts.
rehearsal-text = Den Schlüssel des hier verwendeten Zufallssenders hat eine einzige Person; sie kann jedes Ergebnis vorher kennen. Diese Auslosung zeigt, wie es geht; sie entscheidet nichts.

# Zustände
state-announced = Angekündigt
state-sealed = Versiegelt
state-overdue = Überfällig
state-drawn = Ausgelost
state-vacated = Sitze werden nachbesetzt
state-voided = Vor der Auslosung aufgegeben
state-cancelled = Vor der Auslosung abgesagt
state-abandoned = Abgebrochen
state-annulled = Für ungültig erklärt

# Startseite
home-title = Auslosungen
home-lead = Wer hier ausgelost wird, wird so ausgelost, dass jeder es nachprüfen kann: Niemand, auch nicht der Veranstalter, kann das Ergebnis vorher kennen oder lenken.
home-coming = Kommende Auslosungen
home-past = Vergangene Auslosungen
home-none = Noch ist keine Auslosung angekündigt.
home-when = { $when }
home-people = { $n ->
    [one] { $n_s } Person im Lostopf
   *[other] { $n_s } Personen im Lostopf
}
home-seats = { $n_s } durch das Los
home-organisers = Veranstalter
home-log = Das Protokoll
home-log-ok = { $n ->
    [one] Das Protokoll hat { $n_s } Schritt. Es nimmt neue Schritte an, und sein neuester Stand ist unterschrieben.
   *[other] Das Protokoll hat { $n_s } Schritte. Es nimmt neue Schritte an, und sein neuester Stand ist unterschrieben.
}
home-log-stopped = Das Protokoll nimmt zurzeit keine neuen Schritte an. Alles, was darin steht, kann gelesen und geprüft werden. Der Betreiber weiß, was zu tun ist.
home-letter = Sie haben einen Brief bekommen?
home-letter-text = Geben Sie den Code ein oder öffnen Sie den Link, und sehen Sie, ob Sie im Lostopf waren, mit welchen Angaben, und ob Sie ausgelost wurden. Nur Ihr Browser schaut nach; nichts über Sie wird gesendet.
home-letter-go = Meinen Brief prüfen

# Urteile einer Auslosungsseite
verdict-drawn = Ausgelost. Alle Prüfungen bestanden.
verdict-drawn-sub = { $drawn ->
    [one] { $drawn_s } von { $people_s } Personen wurde ausgelost.
   *[other] { $drawn_s } von { $people_s } Personen wurden ausgelost.
}
verdict-incomplete = Ausgelost. Nichts ist widerlegt, aber nicht alles konnte geprüft werden.
verdict-refuted = Verlassen Sie sich nicht auf dieses Ergebnis: Eine Prüfung ist gescheitert.
verdict-refuted-sub = Gescheitert: { $checks }.
verdict-unchecked = Ausgelost. Dieser Server hat das Ergebnis nicht geprüft; prüfen Sie es selbst.
verdict-sealed = Versiegelt. Niemand kann Lostopf und Regeln noch ändern, und niemand kennt das Ergebnis.
verdict-sealed-sub = { $seats ->
    [one] { $seats_s } von { $people_s } Personen wird ausgelost.
   *[other] { $seats_s } von { $people_s } Personen werden ausgelost.
}
verdict-overdue = Überfällig: Das Ergebnis müsste da sein und fehlt.
verdict-announced = Angekündigt. Lostopf und Regeln sind noch nicht versiegelt.
verdict-cancelled = Abgesagt, bevor jemand das Ergebnis kennen konnte.
verdict-abandoned = Abgebrochen, nachdem das Ergebnis bekannt sein konnte. Was das Los ergab, bleibt sichtbar.
verdict-annulled = Nach der Auslosung für ungültig erklärt. Was ausgelost wurde, bleibt sichtbar.
verdict-vacated = Ausgelost. Sitze wurden frei und werden nachbesetzt.
verdict-by = Geprüft von diesem Server, mit demselben Programm, das Sie selbst ausführen können. Glauben Sie ihm nicht: Prüfen Sie nach.
verdict-unwitnessed = Keine Zeugen: Dass alle dasselbe Protokoll sehen und dass rechtzeitig versiegelt wurde, sagt nur der Betreiber.
verdict-witnessed = { $n ->
    [one] { $n_s } unabhängiger Zeuge sah das Siegel, bevor es den Zufallswert gab.
   *[other] { $n_s } unabhängige Zeugen sahen das Siegel, bevor es den Zufallswert gab.
}
verdict-limits = Nicht beweisbar: dass das Register vollständig war, dass niemand doppelt darin steht, dass jemand wirklich abgelehnt hat, wer gekommen ist.

# Angaben
fact-organiser = Veranstalter
fact-date = Datum
fact-announced-for = Angekündigt für
fact-pool = Lostopf
fact-pool-value = { $n ->
    [one] { $n_s } Person
   *[other] { $n_s } Personen
}
fact-seats = Durch das Los
fact-seats-value = { $reserves ->
    [0] { $seats_s }, keine Reserve
    [one] { $seats_s } und { $reserves_s } Person als Reserve
   *[other] { $seats_s } und { $reserves_s } Personen als Reserve
}
fact-chance = Chance
fact-attempt = Versuch
fact-attempt-value = { $postponed ->
    [0] Nummer { $attempt_s }, nie verschoben
    [one] Nummer { $attempt_s }, einmal verschoben
   *[other] Nummer { $attempt_s }, { $postponed_s }-mal verschoben
}
fact-not-drawn = Nicht durch das Los
fact-not-drawn-value = { $n_s }: { $why }
fact-table-reason = Tabelle veröffentlicht, obwohl Einzelne darin allein stehen
fact-method = Verfahren
method-equal = alle mit gleicher Chance
method-households = alle mit gleicher Chance, höchstens eine Person je Haushalt
method-stratified = nach Gruppen ({ $columns }), in jeder Gruppe alle mit gleicher Chance
method-panels = eines von { $n_s } vorher veröffentlichten Gremien, die alle die Quoten erfüllen

chance-equal = für alle gleich: 1 von { $per } ({ $percent })
chance-households = etwa 1 von { $per } ({ $percent }); weniger für alle, die mit anderen im Lostopf zusammenwohnen
chance-stratified = in jeder Gruppe gleich; je nach Gruppe von 1 von { $least } bis 1 von { $most }
chance-panels-same = für alle gleich: in { $min_s } von { $panels_s } Gremien ({ $percent })
chance-panels = für jede Person öffentlich: in { $min_s } bis { $max_s } von { $panels_s } Gremien ({ $low } bis { $high })

# Handlungen
act-verify = Im Browser nachprüfen
act-bundle = Beweis herunterladen
act-letter = Meinen Brief prüfen
act-press = Für die Presse
act-live = Live ansehen
act-minutes = Niederschrift
act-follow = Folgen
act-copy = Kopieren
act-copied = Kopiert

# Zeitachse
timeline = Was geschah
timeline-announced = { $organiser } kündigte die Auslosung für den { $when } an.
timeline-postponed = { $organiser } verschob die Auslosung auf den { $when }.
timeline-sealed = { $signers ->
    [one] Lostopf und Regeln wurden mit { $signers_s } Unterschrift versiegelt. Ab hier kann niemand sie mehr ändern.
   *[other] Lostopf und Regeln wurden mit { $signers_s } Unterschriften verschiedener Personen versiegelt. Ab hier kann niemand sie mehr ändern.
}
timeline-witnessed = { $n ->
    [one] { $n_s } Zeuge zeichnete das Siegel gegen.
   *[other] { $n_s } Zeugen zeichneten das Siegel gegen.
}
timeline-unwitnessed = Kein Zeuge zeichnete das Siegel gegen: Die Zeit sagt nur der Betreiber.
timeline-beacon = Ein öffentlicher Zufallssender, den niemand beherrscht, veröffentlichte Runde { $round_s }. Vorher konnte niemand das Ergebnis kennen.
timeline-beacon-coming = Ein öffentlicher Zufallssender, den niemand beherrscht, wird Runde { $round_s } veröffentlichen. Vorher kann niemand das Ergebnis kennen.
timeline-beacon-rehearsal = Runde { $round_s } eines Probesenders, dessen Schlüssel eine Person hat. Sie beweist nichts.
timeline-drawn = Der Zufallswert entschied, wer ausgelost ist. Das Ergebnis wurde unterschrieben und ins Protokoll geschrieben.
timeline-corrected = Ein berichtigtes Ergebnis wurde eingetragen; das frühere bleibt sichtbar.
timeline-vacated = { $n ->
    [one] { $n_s } Sitz wurde frei: Nummer { $who }.
   *[other] { $n_s } Sitze wurden frei: Nummern { $who }.
}
timeline-replaced = { $n ->
    [0] Niemand konnte mehr nachrücken; die Sitze bleiben leer.
    [one] Nach der versiegelten Regel rückte { $n_s } Person nach: Nummer { $who }.
   *[other] Nach der versiegelten Regel rückten { $n_s } Personen nach: Nummern { $who }.
}
timeline-voided = Die Auslosung wurde aufgegeben: { $reason }.
timeline-annulled = Das Ergebnis wurde für ungültig erklärt: { $reason }.
timeline-erased = Schlüssel, Zeilen und Tabelle des Lostopfs wurden vernichtet, wie das Gesetz es verlangt. Siegel, Zufallswert und Lose bleiben prüfbar.
timeline-other = { $kind }.
step-opened = Protokoll eröffnet
step-key = Schlüssel des Protokolls gewechselt
step-closed = Protokoll geschlossen
step-organiser = Veranstalter eingetragen
step-announced = Angekündigt
step-sealed = Versiegelt
step-drawn = Ausgelost
step-vacated = Sitze frei geworden
step-replaced = Sitze nachbesetzt
step-voided = Aufgegeben
step-annulled = Für ungültig erklärt
step-erased = Daten vernichtet
timeline-evidence = Schritt { $seq_s } des Protokolls
timeline-round = Die Unterschrift der Runde steht in Schritt { $seq_s } des Protokolls
reason-cancelled = abgesagt
reason-pool_error = ein Fehler im Lostopf
reason-terms_error = ein Fehler in den Regeln
reason-beacon_lost = der Zufallssender veröffentlichte seine Runde nicht
reason-court = eine Gerichtsentscheidung
reason-no_quorum = zu wenige Zeugen sahen das Siegel rechtzeitig
reason-complaint = eine begründete Beschwerde
leave-declined = abgelehnt
leave-not_eligible = nicht teilnahmeberechtigt
leave-ended = Amtszeit beendet

# Personen
people-drawn = Ausgelost
people-panel = Gremium Nummer { $n_s } wurde ausgelost.
people-reserves = Reserve, der Reihe nach
people-seated = Derzeit Mitglieder
people-show = { $n ->
    [one] { $n_s } Nummer zeigen
   *[other] Alle { $n_s } Nummern zeigen
}
people-note = Die Nummern bezeichnen Personen im versiegelten Lostopf. Jede Person findet die eigene mit ihrem Brief; niemand sonst kann sagen, wer es ist.

# Diagramme
charts = Ist es ein Querschnitt?
charts-note = Wie sich Lostopf und Ausgeloste verteilen. Striche zeigen, was die Regeln verlangten.
chart-value = Wert
chart-earlier = Früherer Lostopf
chart-pool = Lostopf
chart-drawn = Ausgelost
chart-quota = Verlangt
chart-quota-value = { $min_s } bis { $max_s }
chart-share = { $n_s } ({ $percent })
chart-table = Dasselbe als Tabelle
chart-more = { $n ->
    [one] { $n_s } weiterer Wert in der Tabelle
   *[other] { $n_s } weitere Werte in der Tabelle
}
charts-erased = Die Daten hinter diesen Diagrammen wurden vernichtet, wie das Gesetz es verlangt.

# Fragen
questions = Zehn Fragen
q-who = Wer hat ausgelost?
a-who = { $organiser } legte die Regeln fest. Niemand zog von Hand: Der Wert eines öffentlichen Zufallssenders entschied.
q-beacon = Wer betreibt den Zufallssender?
a-beacon = drand, ein Verbund unabhängiger Organisationen. Keine davon kann seine Werte allein kennen oder bestimmen. Diese Auslosung nutzte Runde { $round_s }.
a-beacon-rehearsal = Ein Probesender, dessen Schlüssel eine Person hat. Diese Auslosung entscheidet nichts.
q-when = Wann konnte jemand das Ergebnis kennen?
a-when = Nicht vor dem { $when }, als der Zufallssender seinen Wert veröffentlichte. Lostopf und Regeln wurden am { $sealed } versiegelt.
a-when-coming = Nicht vor dem { $when }.
a-when-open = Nicht vor der angekündigten Zeit, dem { $when }.
q-steer = Konnte der Veranstalter es lenken?
a-steer = Nein. Nach dem Siegel hätte jeder geänderte Name, jede geänderte Regel oder Reihenfolge einen anderen Hash, und jede Prüfung würde scheitern. Den Zufallswert gab es beim Versiegeln noch nicht.
a-steer-unwitnessed = Nicht nach dem Siegel: Jeder geänderte Name und jede geänderte Regel hätte einen anderen Hash. Dass das Siegel vor dem Zufallswert kam, zeigt aber nur die Uhr des Betreibers, denn kein unabhängiger Zeuge sah es.
a-steer-rehearsal = Ja: Wer den Schlüssel des Probesenders hat, konnte jedes Ergebnis vorher kennen und aussuchen.
q-repeat = Wurde wiederholt?
a-repeat-no = Nein. Dies ist in diesem Protokoll der erste Versuch für diesen Zweck.
a-repeat-yes = Dies ist Versuch Nummer { $attempt_s } für diesen Zweck. Die früheren bleiben auf der Seite des Veranstalters sichtbar.
a-repeat-postponed = { $n ->
    [one] Er wurde einmal verschoben.
   *[other] Er wurde { $n_s }-mal verschoben.
}
q-pool = Aus wem wurde ausgelost?
a-pool = { $people ->
    [one] Aus { $people_s } Person, deren Liste durch den Hash { $root } festliegt.
   *[other] Aus { $people_s } Personen, deren Liste durch den Hash { $root } festliegt.
}
a-pool-from = { $people ->
    [one] Aus { $people_s } Person, die in einer früheren Auslosung ausgelost wurde ({ $from }); niemand sonst konnte hineingelangen.
   *[other] Aus { $people_s } Personen, die in einer früheren Auslosung ausgelost wurden ({ $from }); niemand sonst konnte hineingelangen.
}
q-chance = Wie groß war die Chance?
a-chance = { $chance }.
q-replace = Was, wenn jemand ablehnt?
a-replace-none = Niemand folgt. Der Platz bleibt leer.
a-replace-rank = Es folgt die nächste Person in der Reihenfolge, die dieselbe Auslosung ergab. Sie stand mit der Auslosung fest.
a-replace-beacon = Ein neuer Zufallswert, den es beim Freiwerden des Sitzes noch nicht gibt, entscheidet, wer folgt.
q-me = War ich im Lostopf?
a-me = Mit dem Code oder Link Ihres Briefs sehen Sie Ihre eigenen Angaben und Ihr Los, und zwar nur in Ihrem Browser.
q-trust = Wem muss ich vertrauen?
a-trust = Nicht diesem Server: Der Beweis lässt sich ohne Netz prüfen. Dass das Register vollständig und richtig war, kann von außen niemand beweisen.
a-open = Das steht fest, sobald Lostopf und Regeln versiegelt sind.

# Prüfungen
checks = Jede Prüfung
checks-note = Mit den Kennungen der Spezifikation. „Entfällt“ heißt, dass es in dieser Auslosung so etwas nicht gibt.
check-passed = bestanden
check-failed = gescheitert
check-skipped = nicht möglich
check-na = entfällt
check-asked = Geprüft wird: { $what }
check-format = Der Beweis ist vollständig und wohlgeformt
check-log-signature = Das Protokoll hat unterschrieben
check-log-inclusion = Jeder Schritt steht im Protokoll
check-log-chain = Die Schritte folgen den Regeln, der Reihe nach
check-log-consistency = Frühere Stände des Protokolls wurden nur ergänzt
check-log-witnesses = Unabhängige Zeugen zeichneten das Protokoll gegen
check-organiser-keys = Die Schlüssel des Veranstalters sind in Ordnung
check-terms-signatures = Genug Mitglieder haben die Regeln unterschrieben
check-terms-attempts = Versuche und Verschiebungen sind vollzählig
check-time-round = Die Runde folgt aus der angekündigten Zeit
check-time-sealed = Versiegelt wurde, bevor es den Zufallswert gab
check-time-tokens = Zeitstempel fremder Stellen
check-beacon-signature = Der Zufallswert ist echt
check-pool-table = Die veröffentlichte Tabelle ist der versiegelte Lostopf
check-pool-from = Alle stammen aus der früheren Auslosung
check-panels-quotas = Jedes Gremium erfüllt jede Quote
check-panels-counts = Jeder steht in so vielen Gremien wie versprochen
check-panels-certificate = Wie fair die Liste der Gremien ist
check-draw-outcome = Das Ergebnis ist, was der Zufallswert ergibt
check-replacements-rule = Nachgerückt ist, wer nach der Regel folgt
check-voids = Nichts wurde heimlich aufgegeben
checks-count = { $failed ->
    [0] { $passed_s } bestanden, keine gescheitert
   *[other] { $passed_s } bestanden, { $failed_s } gescheitert
}

# Nachrechnen
repro = Auf dem eigenen Rechner nachprüfen
repro-text = Laden Sie Beweis und Programm herunter und prüfen Sie ohne diesen Server. Die Datei enthält alles; ein Netz ist nicht nötig.
repro-program = Das Programm, das in jedem Browser läuft, auch von der Festplatte und ohne Netz. Vergleichen Sie seinen Hash mit dem, was andere veröffentlichen:
repro-trust = Die Vertrauensdatei nennt die Schlüssel des Protokolls. Nehmen Sie sie von jemandem, dem Sie glauben, nicht von dieser Seite.
repro-hashes = Hashes
hash-pool = Lostopf
hash-terms = Regeln
hash-outcome = Ergebnis
hash-seal = Siegel (Schritt { $seq_s })
hash-beacon = Zufallswert

# Presse
press-title = Für die Presse: { $title }
press-lead = Alles auf dieser Seite dürfen Sie frei verwenden (CC0).
press-cite = Ein Absatz zum Zitieren
press-paragraph = { $drawn ->
    [one] Für „{ $title }“ wurde am { $date } { $drawn_s } von { $people_s } Personen ausgelost. { $organiser } hatte Lostopf und Regeln vorher versiegelt (Hash { $root }); entschieden hat Runde { $round } des öffentlichen Zufallssenders drand, den niemand beherrscht. Jeder kann das Ergebnis nachprüfen (Hash { $outcome }).
   *[other] Für „{ $title }“ wurden am { $date } { $drawn_s } von { $people_s } Personen ausgelost. { $organiser } hatte Lostopf und Regeln vorher versiegelt (Hash { $root }); entschieden hat Runde { $round } des öffentlichen Zufallssenders drand, den niemand beherrscht. Jeder kann das Ergebnis nachprüfen (Hash { $outcome }).
}
press-paragraph-rehearsal = Probe für „{ $title }“ am { $date } durch { $organiser }: { $drawn_s } von { $people_s } erfundenen Personen. Entschieden hat ein Probesender (Runde { $round }); das beweist nichts (Lostopf { $root }, Ergebnis { $outcome }).
press-not-drawn = Noch gibt es nichts zu zitieren: Diese Auslosung hat kein Ergebnis.
press-csv = Zahlen der Quoten (CSV)
press-picture = Bild (SVG)
press-embed = Den Stand auf der eigenen Seite zeigen
press-embed-text = Kopieren Sie diese Zeile. Sie lädt eine kleine Seite ohne Skripte und Cookies, die den Stand der Auslosung zeigt.
press-badge = Oder ein Schildchen:
press-ask = Was Sie den Veranstalter fragen sollten
press-ask-1 = Wer hat die Liste erstellt, aus welchem Register, und wer wurde weggelassen?
press-ask-2 = Wer hat nach doppelten Einträgen gesucht?
press-ask-3 = Wie viele haben abgelehnt, und wie ist das festgehalten?

# Veranstalter
organiser-title = Auslosungen: { $name }
organiser-lead = Hier steht jede angekündigte, versiegelte, ausgeloste, wiederholte oder abgebrochene Auslosung dieses Veranstalters. Keine lässt sich entfernen.
organiser-keys = { $n ->
    [one] { $threshold_s } von { $n_s } Schlüssel muss jede Entscheidung unterschreiben.
   *[other] { $threshold_s } von { $n_s } Schlüsseln müssen jede Entscheidung unterschreiben.
}
organiser-attempts = Versuche
organiser-postponed = Verschoben
organiser-voids = Aufgegeben
organiser-purpose = Zweck: { $purpose }
organiser-count-attempts = { $n ->
    [one] { $n_s } Versuch
   *[other] { $n_s } Versuche
}
organiser-count-postponed = { $n ->
    [0] nie verschoben
    [one] einmal verschoben
   *[other] { $n_s }-mal verschoben
}
organiser-count-voids = { $n ->
    [0] keiner aufgegeben
    [one] { $n_s } aufgegeben
   *[other] { $n_s } aufgegeben
}
organiser-state = Stand

# Protokoll
log-title = Das Protokoll
log-lead = Jeder Schritt ist unterschrieben und in eine Kette gehasht, die nur wachsen kann. Jeder kann sie ganz abrufen.
log-size = { $n ->
    [one] { $n_s } Schritt
   *[other] { $n_s } Schritte
}
log-root = Wurzel
log-key = Schlüssel des Protokolls
log-step = Schritt
log-time = Zeit
log-what = Was
log-draw = Auslosung
log-older = Ältere Schritte
log-newer = Neuere Schritte
log-step-title = Schritt { $n_s }
log-step-hash = Hash dieses Schritts
log-step-prev = Hash des Schritts davor
log-step-text = Der Schritt, Byte für Byte
log-checkpoint = Neuester unterschriebener Stand (Checkpoint)
log-files = Für Wachsame: Checkpoint, Kacheln und Artefakte liegen unter den Adressen von C2SP tlog-tiles.

# Suche
search-title = Suche
search-none = Zu „{ $query }“ wurde nichts gefunden. Suchen Sie nach dem Namen einer Auslosung, einem Hash aus 64 Zeichen oder der Nummer eines Schritts.
search-found = { $n ->
    [one] { $n_s } Treffer
   *[other] { $n_s } Treffer
}
search-artifact = Eine veröffentlichte Datei
search-step = Ein Schritt des Protokolls
search-draw = Eine Auslosung
search-pool = Der Lostopf einer Auslosung
search-result = Das Ergebnis einer Auslosung

# Zeremonie
live-title = Live: { $title }
live-wait = Der Zufallswert erscheint am
live-countdown = Noch
live-now = Der Wert ist da. Das Ergebnis wird berechnet.
live-done = Ausgelost
live-not-sealed = Lostopf und Regeln sind noch nicht versiegelt.
live-place = Nummer #
live-panel = Gremium #
live-ticket = Los
live-explain = Das Los jeder Person ist eine Zahl, die aus dem Zufallswert folgt. Die niedrigsten Lose gewinnen.
live-explain-panels = Das Los jedes Gremiums ist eine Zahl, die aus dem Zufallswert folgt. Das niedrigste Los gewinnt.
live-all = Alle auf einmal zeigen
live-more = Weitere Ausgeloste, auf der Seite der Auslosung: #
live-noscript = Für den Countdown braucht diese Seite JavaScript. Das Ergebnis steht auf der Seite der Auslosung.
live-back = Zur Seite der Auslosung

# Niederschrift
minutes-title = Niederschrift der Auslosung
minutes-of = { $title }
minutes-text-sealed = { $people ->
    [one] { $organiser } versiegelte am { $sealed } einen Lostopf von { $people_s } Person und die Regeln dieser Auslosung. Der Hash des Lostopfs ist { $root }, der Hash der Regeln { $terms }.
   *[other] { $organiser } versiegelte am { $sealed } einen Lostopf von { $people_s } Personen und die Regeln dieser Auslosung. Der Hash des Lostopfs ist { $root }, der Hash der Regeln { $terms }.
}
minutes-text-drawn = Am { $when } entschied Runde { $round } des Zufallssenders. { $drawn ->
        [one] Ausgelost wurde { $drawn_s } Person
       *[other] Ausgelost wurden { $drawn_s } Personen
    }{ $reserves ->
        [0] , ohne Reserve.
        [one] , dazu { $reserves_s } als Reserve.
       *[other] , dazu { $reserves_s } als Reserve.
    } Der Hash des Ergebnisses ist { $outcome }; es ist Schritt { $seq } des Protokolls { $origin }.
minutes-text-open = Diese Auslosung hat noch kein Ergebnis.
minutes-proves = Dies beweist, dass Lostopf und Regeln feststanden, bevor es den Zufallswert gab, und dass allein dieser Wert entschied. Es beweist nicht, dass das Register vollständig war, dass niemand doppelt darin steht, dass jemand wirklich abgelehnt hat oder wer gekommen ist.
minutes-proves-rehearsal = Dies war eine Probe. Sie beweist nichts.
minutes-witnesses = Bei der Auslosung anwesend
minutes-witnesses-hint = Namen, einer je Zeile. Sie bleiben in Ihrem Browser und werden mitgedruckt.
minutes-signature = Ort, Datum, Unterschrift
minutes-print = Drucken
minutes-pdf = PDF
minutes-page = Seite { $n } von { $all }
minutes-first = Die ersten { $shown_s } von { $n_s }; alle stehen auf der Seite der Auslosung.
minutes-names = Namen
minutes-qr = Seite dieser Auslosung
minutes-drawn = Ausgeloste Nummern
minutes-seated = Nummern der derzeitigen Mitglieder
minutes-reserves = Nummern der Reserve, der Reihe nach

# Briefprüfung
check-title = Meinen Brief prüfen
check-lead = Wählen Sie die Auslosung, die Ihr Brief nennt, und geben Sie dann seinen Code oder seinen Link ein. Nur dieser Browser schaut nach; nichts über Sie wird gesendet.
check-choose = Wählen Sie die Auslosung, die Ihr Brief nennt
check-noscript = Diese Prüfung braucht JavaScript, weil nur Ihr eigener Browser Ihre Angaben sehen darf. Ohne geht es im Rathaus: Dort kann man Ihnen dasselbe ausdrucken.

# So geht es
how-title = So geht es
how-lead = In drei Minuten, ohne Mathematik.
how-1 = 1. Die Liste wird festgelegt
how-1-text = Der Veranstalter nimmt die Liste der Personen und berechnet daraus eine kurze Zahl, den Hash. Ändert man einen Buchstaben eines Namens, ist der Hash ein anderer. Der Hash wird veröffentlicht, die Namen nicht.
how-2 = 2. Die Regeln werden versiegelt
how-2-text = Wie viele Personen, nach welchen Regeln, und welcher künftige Zufallswert entscheidet: Zwei Personen unterschreiben es, und es kommt in ein Protokoll, das nur wachsen kann. Ab jetzt kann niemand unbemerkt etwas ändern.
how-3 = 3. Der Zufallssender entscheidet
how-3-text = Alle paar Sekunden veröffentlicht ein Verbund unabhängiger Organisationen einen Zufallswert. Niemand kann ihn vorher kennen. Aus dem angekündigten Wert folgt das Los jeder Person, und die niedrigsten Lose gewinnen.
how-4 = 4. Jeder kann nachprüfen
how-4-text = Der Beweis einer Auslosung ist eine einzige Datei. Ihr Browser oder ein Programm auf Ihrem Rechner rechnet alles nach. Stimmt ein einziges Bit nicht, sagt es, welche Prüfung scheitert.
how-5 = Und wenn etwas schiefgeht?
how-5-text = Eine aufgegebene oder wiederholte Auslosung bleibt für alle sichtbar im Protokoll, mit dem Ergebnis, das das Los ergab.

# Was es beweist
proof-title = Was dies beweist und was nicht
proof-yes = Es beweist,
proof-yes-1 = dass Lostopf und Regeln feststanden, bevor es den entscheidenden Wert gab;
proof-yes-2 = dass allein dieser Wert entschied und niemand das Ergebnis kennen oder lenken konnte;
proof-yes-3 = dass jeder Schritt in einem Protokoll steht, das nur wächst, sodass nichts still wiederholt wird;
proof-yes-4 = jeder Person: dass sie im Lostopf war, und mit welchen Angaben.
proof-no = Es kann nicht beweisen,
proof-no-1 = dass das Register vollständig war;
proof-no-2 = dass niemand doppelt darin steht (wer die Liste sehen darf, kann das prüfen);
proof-no-3 = dass jemand wirklich abgelehnt hat;
proof-no-4 = wer an dem Tag gekommen ist.
proof-if = Nur mit Zeugen
proof-if-text = Dass alle dasselbe Protokoll sehen und dass rechtzeitig versiegelt wurde, müssen andere sehen. Wo keine Zeugen dabei waren, sagt es die Seite der Auslosung.
proof-break = Was es zu Fall brächte
proof-break-text = Verschwören sich mehr Betreiber des Zufallssenders als dessen Schwelle zulässt, so kennen sie ein Ergebnis früher. Den Lostopf können sie auch dann nicht ändern.
proof-receipt = Darf ich meinen Beleg zeigen?
proof-receipt-text = Ja, er gehört Ihnen. Wer ihn oder den Code Ihres Briefs hat, kann prüfen, dass Sie im Lostopf waren, und liest alles, was die Liste von Ihnen sagt, etwa Name und Straße. Zeigen Sie ihn denen, die das wissen dürfen, und veröffentlichen Sie ihn nicht.

# Fehler
error-404 = Diese Seite gibt es nicht
error-404-text = Vielleicht wurde die Adresse abgeschnitten. Alle Auslosungen stehen auf der ersten Seite.
error-429 = Zu viele Anfragen aus Ihrem Netz
error-429-text = Viele Menschen fragen hier im selben Augenblick. Warten Sie eine Minute und laden Sie die Seite neu.
error-500 = Diese Seite lässt sich gerade nicht zeigen
error-500-text = Das Protokoll ist unversehrt. Versuchen Sie es gleich noch einmal.

# Feed, Einbettung
feed-title = Auslosungen: { $origin }
widget-more = Nachweise
badge-label = Auslosung
