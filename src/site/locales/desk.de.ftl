# Der Schreibtisch der Veranstalter, Deutsch. Für eine Gemeindesekretärin: kurze Sätze, kein Fachchinesisch, und immer, was als Nächstes zu tun ist.
# Der Teil im Browser versteht nur Texte, { $x }, { $n_s } und eine Wahl mit { $n -> … }.

desk-title = Schreibtisch
desk-lead = Eine Auslosung vorbereiten, sie zu zweit unterschreiben, und tun, was danach kommt.
desk-noscript = Der Schreibtisch braucht JavaScript: Ihr Schlüssel darf nur in Ihrem eigenen Browser liegen. Alles geht auch mit dem Befehl klero oder über die API.
desk-rehearsal = Auslosungen benutzen hier einen Übungssender. Probieren Sie alles aus; nichts, was hier ausgelost wird, gilt.
desk-public = Öffentliche Seiten
desk-footer = Wer sich anmeldet, bekommt ein Cookie, das nach zwölf Stunden endet. Ihr Schlüssel bleibt in diesem Browser. Niemand sonst wird nach etwas gefragt.

desk-nav-keys = Schlüssel
desk-nav-people = Personen
desk-nav-account = Konto
desk-back-home = Alle Auslosungen
desk-again = Noch einmal versuchen
desk-copy = Kopieren
desk-copy-of = { $what } kopieren
desk-copy-command = Befehl
desk-copy-invitation = Einladung
desk-copy-no = Dieser Browser lässt das Kopieren nicht zu. Der Text ist markiert: Kopieren Sie ihn mit Strg+C.
desk-copied = Kopiert.
desk-lost-title = Diese Seite gibt es nicht
desk-lost-text = Vielleicht wurde die Adresse abgeschnitten.
desk-session-over = Sie wurden abgemeldet, weil die Sitzung zu Ende ist. Nichts ist verloren: Melden Sie sich an und machen Sie weiter.
desk-session-back = Sie sind wieder angemeldet. Was Sie eingegeben hatten, steht noch da: Senden Sie es noch einmal.
desk-leave-unsent = Was Sie hier eingegeben haben, ist noch nicht gesendet. Trotzdem weggehen?

desk-problem-title = Das ging nicht
desk-problem-fault = Diese Seite hat einen Fehler. Laden Sie sie neu; wenn es wieder geschieht, sagen Sie es dem Betreiber.
desk-problem-other = Der Dienst hat das abgelehnt.
desk-problem-network = Der Dienst ist nicht erreichbar. Prüfen Sie Ihre Verbindung und versuchen Sie es noch einmal: Nichts wird doppelt getan.
desk-problem-unauthenticated = Anmeldename, Passwort oder Code stimmen nicht.
desk-problem-forbidden = Ihr Konto darf das nicht.
desk-problem-not-found = Das gibt es hier nicht, oder es ist nicht für Sie bestimmt.
desk-problem-refused = Das ist jetzt nicht möglich.
desk-problem-invalid = Daran stimmt etwas nicht.
desk-problem-stale = Jemand hat das inzwischen geändert. Laden Sie die Seite neu und ändern Sie es dann.
desk-problem-too-many-requests = Zu viele Versuche. Warten Sie eine Minute und versuchen Sie es dann noch einmal.
desk-problem-too-large = Das ist zu groß.
desk-problem-unavailable = Der Dienst kann das gerade nicht. Versuchen Sie es gleich noch einmal: Nichts wird doppelt getan.
desk-problem-internal = Der Dienst hat versagt. Versuchen Sie es noch einmal: Nichts wird doppelt getan.
desk-problem-csrf = Diese Seite ist veraltet. Laden Sie sie neu.
desk-problem-passwords-differ = Die beiden Passwörter sind verschieden.
desk-problem-file-kind = Wählen Sie eine Datei, deren Name auf .csv oder .xlsx endet.
desk-problem-one-id = Genau eine Spalte unterscheidet die Personen. Geben Sie einer Spalte die Aufgabe „unterscheidet Personen“.
desk-problem-no-quota = Verwenden Sie die Quoten mindestens einer Spalte.
desk-problem-no-code = Geben Sie mindestens einen Code ein.
desk-problem-no-seat = Wählen Sie mindestens einen Sitz.
desk-problem-other-note = Das ist ein anderer Text als der zu unterschreibende. Laden Sie ihn noch einmal herunter, unterschreiben Sie ihn unverändert und fügen Sie ihn ganz ein.
desk-problem-no-new-signature = Darin steht keine neue Unterschrift. Unterschreiben Sie den Text zuerst und fügen Sie ihn dann ein.
desk-problem-no-proof = Das ist nicht, was klero keys claim ausgibt. Fügen Sie alles ein, von kleroterion bis zur letzten Zeile.
desk-problem-unique-rows = Jemand wäre in den veröffentlichten Spalten erkennbar. Unten, unter „Einige stehen … allein“, steht, was zu tun ist.
desk-problem-infeasible = Die Liste der Personen reicht für diese Sitze nicht.

desk-signin-title = Anmelden
desk-signin-lead = Für alle, die Auslosungen vorbereiten und unterschreiben. Um Auslosungen anzusehen, brauchen Sie kein Konto.
desk-signin-login = Anmeldename
desk-signin-password = Passwort
desk-signin-totp = Code des zweiten Faktors
desk-signin-totp-hint = Sechs Ziffern aus Ihrer Authentifizierungs-App. Lassen Sie das Feld leer, wenn Sie keinen eingerichtet haben.
desk-signin-go = Anmelden
desk-signin-invited = Ich wurde eingeladen und habe noch kein Konto
desk-signin-lost = Ich habe mein Passwort oder meine App verloren
desk-signin-lost-text = Bitten Sie den Betreiber, Ihr Konto zu schließen und Sie neu einzuladen. Auslosungen, Entwürfe und Unterschriften bleiben, wie sie sind.
desk-signout = Abmelden

desk-accept-title = Einladung annehmen
desk-accept-lead = Aus einer Einladung wird ein Konto. Sie gilt einmal, und eine Woche lang.
desk-accept-secret = Einladung
desk-accept-secret-hint = Sie beginnt mit invite_ und kommt von der Person, die Sie eingeladen hat.
desk-accept-name = Ihr Name
desk-accept-name-hint = Ihre Kolleginnen und Kollegen sehen ihn. Er wird nicht veröffentlicht.
desk-accept-password = Passwort
desk-accept-password-hint = Mindestens 12 Zeichen. Mehrere Wörter sind gut.
desk-accept-again = Dasselbe Passwort noch einmal
desk-accept-go = Konto anlegen
desk-accept-signin = Ich habe ein Konto

desk-account-title = Konto
desk-account-name = Name
desk-account-role = Rolle
desk-account-organiser = Veranstalter
desk-role-admin = Verwaltung
desk-role-admin-text = Sie lassen Veranstalter und Personen herein. Sie sehen keinen Entwurf, keine Liste und keine Person daraus.
desk-role-organiser = Vorbereitung
desk-role-organiser-text = Sie bereiten Auslosungen vor, unterschreiben sie und tun, was danach kommt.
desk-role-approver = Unterschrift
desk-role-approver-text = Sie lesen, was zu unterschreiben ist, und unterschreiben es. Sie sehen keine Person.
desk-role-auditor = Prüfung
desk-role-auditor-text = Sie lesen alles und ändern nichts.
desk-totp-title = Zweiter Faktor
desk-totp-text = Mit einem zweiten Faktor kann sich niemand anmelden, der nur Ihr Passwort kennt. Sie brauchen dazu eine Authentifizierungs-App auf dem Telefon.
desk-totp-begin = Zweiten Faktor einrichten
desk-totp-scan = Scannen Sie das mit der App:
desk-totp-scan-alt = QR-Code des zweiten Faktors
desk-totp-secret = Oder tippen Sie das in die App (zeitbasiert, sechs Ziffern), oder öffnen Sie den Link auf dem Telefon:
desk-totp-open = In der App öffnen
desk-totp-code = Code, den sie jetzt zeigt
desk-totp-confirm = Einschalten
desk-totp-on = Der zweite Faktor ist eingeschaltet.
desk-totp-off = Der zweite Faktor ist ausgeschaltet.
desk-totp-remove = Ausschalten
desk-password-title = Passwort ändern
desk-password-old = Bisheriges Passwort
desk-password-new = Neues Passwort
desk-password-go = Ändern
desk-password-done = Das Passwort ist geändert. Alle anderen Sitzungen sind beendet.

desk-home-title = Schreibtisch
desk-home-admin = Sie lassen Veranstalter und ihre Leute herein. Auslosungen bereiten diese vor.
desk-home-not-enrolled = Vor der ersten Auslosung: Schlüssel
desk-home-not-enrolled-text = Zwei Personen machen je einen Schlüssel und lassen sie ins Protokoll eintragen. Das geschieht einmal.
desk-home-keys = Zu den Schlüsseln
desk-home-waiting = { $n ->
    [one] { $n_s } Beschluss wartet auf Unterschriften
   *[other] { $n_s } Beschlüsse warten auf Unterschriften
}
desk-home-signed = { $n_s } von { $needed_s } Unterschriften
desk-home-yours = Sie haben noch nicht unterschrieben.
desk-home-ready = Alle Unterschriften sind da: Der Beschluss kann eingereicht werden.
desk-home-others = Sie haben unterschrieben. Andere müssen noch.
desk-home-new = Neue Auslosung
desk-home-drafts = In Vorbereitung
desk-home-draft = Soll ausgelost werden am { $at }
desk-home-draws = Auslosungen
desk-home-none = Noch keine Auslosung ist angekündigt.

desk-people = { $n ->
    [one] { $n_s } Person
   *[other] { $n_s } Personen
}
desk-seats = { $n ->
    [one] { $n_s } Sitz
   *[other] { $n_s } Sitze
}
desk-drawn = { $n ->
    [one] { $n_s } Person wird ausgelost
   *[other] { $n_s } Personen werden ausgelost
}
desk-reserves = { $n ->
    [one] { $n_s } Ersatzperson
   *[other] { $n_s } Ersatzpersonen
}
desk-days = { $n ->
    [one] { $n_s } Tag
   *[other] { $n_s } Tagen
}
desk-place = Nummer { $n_s }
desk-overdue = Überfällig
desk-erased = Gelöscht
desk-rehearsal-draw = Probe
desk-phase-announced = Angekündigt
desk-phase-announced-text = Angekündigt. Jetzt müssen Liste und Regeln versiegelt werden, vor der Zeit der Auslosung.
desk-phase-sealed = Versiegelt
desk-phase-sealed-text = Versiegelt. Zur angekündigten Zeit entscheidet der Zufallssender; niemand muss etwas tun.
desk-phase-drawn = Ausgelost
desk-phase-drawn-text = Ausgelost.
desk-phase-vacated = Sitze werden besetzt
desk-phase-vacated-text = Sitze sind frei. Zur angekündigten Zeit entscheidet der Zufallssender, wer nachrückt.
desk-phase-voided = Aufgegeben
desk-phase-voided-text = Vor der Auslosung aufgegeben. Das bleibt sichtbar.
desk-phase-annulled = Annulliert
desk-phase-annulled-text = Das Ergebnis wurde annulliert. Es bleibt sichtbar.

desk-draw-not-announced = Diese Auslosung ist noch nicht angekündigt.
desk-draw-go-on = Weiter vorbereiten
desk-draw-no-draft = Zu dieser Auslosung gibt es hier keinen Entwurf: Sie wurde auf anderem Weg angekündigt.
desk-draw-people = Personen auf der Liste
desk-draw-erase-by = Zu löschen bis
desk-erase-now = Jetzt löschen
desk-erase-now-text = Die Zeit, für die die Daten dieser Personen aufbewahrt werden dürfen, ist um. Eine Löschung braucht zwei Unterschriften.
desk-draw-countdown = Der Zufallssender entscheidet in
desk-draw-next = Was Sie tun können
desk-draw-public = Was alle sehen
desk-draw-public-page = Seite dieser Auslosung
desk-draw-public-live = Ansicht für die öffentliche Auslosung, zum Projizieren
desk-draw-public-minutes = Niederschrift zum Drucken, mit Platz für die Namen der Anwesenden
desk-draw-public-bundle = Beweis
desk-draw-public-press = Für die Presse
desk-go-results = Namen und Briefe
desk-go-results-text = Dateien mit den Ausgelosten; Briefe mit einem Beleg-Code für jede Person.
desk-go-answers = Antworten
desk-go-answers-text = Antworten mit dem Code des Briefs eintragen; wer zu erinnern ist.
desk-go-seats = Absagen und Nachrückende
desk-go-seats-text = Sitze abgeben, und sehen, wer nachrückt.
desk-go-rotation = Rotation
desk-go-rotation-text = Auslosen, wer ausscheidet, oder wer aus diesem Kreis in einen anderen Rat eintritt.
desk-go-complaints = Beschwerden
desk-go-complaints-text = Beschwerden innerhalb ihrer Frist eintragen und beantworten.
desk-go-change = Verschieben, aufgeben, annullieren, löschen
desk-go-change-text = Alles davon braucht zwei Unterschriften, und alle sehen es.

desk-keys-title = Schlüssel
desk-keys-lead = Was ein Veranstalter beschließt, unterschreiben zwei Personen, jede mit einem eigenen Schlüssel. Der Dienst hat diese Schlüssel nie: Ihrer bleibt in diesem Browser.
desk-keys-enrolled = { $n ->
    [one] Fassung { $version } Ihrer Schlüssel gilt: { $n_s } Schlüssel, { $threshold_s } davon müssen unterschreiben.
   *[other] Fassung { $version } Ihrer Schlüssel gilt: { $n_s } Schlüssel, { $threshold_s } davon müssen unterschreiben.
}
desk-keys-not-enrolled = Ihre Schlüssel stehen noch nicht im Protokoll.
desk-keys-not-enrolled-text = Machen Sie einen Schlüssel, bitten Sie eine Kollegin oder einen Kollegen um einen zweiten, und bringen Sie einen dritten zu Papier; dann lassen Sie sie unten eintragen.
desk-keys-recovery-waits = Eine Neueintragung nach verlorenen Schlüsseln wartet, öffentlich. Sie gilt ab
desk-keys-lost = In diesem Browser liegt kein Schlüssel von Ihnen.
desk-keys-lost-text = Vielleicht wurden seine Daten gelöscht, oder Sie haben einen anderen Browser benutzt. Verloren ist nur der Schlüssel: Entwürfe, Listen und Unterschriften liegen auf dem Server. Solange genug andere ihre Schlüssel haben, können sie unterschreiben. Machen Sie hier einen neuen und lassen Sie ihn von denen eintragen, deren Schlüssel gelten; oder unterschreiben Sie mit dem Schlüssel auf Papier.
desk-keys-all = Schlüssel Ihres Veranstalters
desk-keys-none = Noch ist kein Schlüssel angemeldet.
desk-key-in-force = Gilt
desk-key-waits = Nicht eingetragen
desk-key-here = In diesem Browser
desk-key-elsewhere = Nicht in diesem Browser
desk-key-more = Zeigen oder entfernen
desk-key-remove = Diesen Schlüssel entfernen
desk-key-remove-text = Er wurde nie eingetragen oder gilt nicht mehr: Ihn zu entfernen hat keine Folgen.
desk-key-remove-in-force = Im Protokoll gilt er: Er bleibt der Ihre, bis eine Eintragung ohne ihn unterschrieben ist und im Protokoll steht.
desk-key-left = Konto geschlossen
desk-key-left-text = Das Konto, dem er gehörte, ist geschlossen. Wer den Schlüssel hat, kann ihn unter einem anderen Konto neu anmelden; beide gelten dann als eine Person. Sonst lassen Sie eine Eintragung ohne ihn unterschreiben und entfernen ihn danach.
desk-key-removed = Der Schlüssel ist entfernt.
desk-keys-make-title = Einen Schlüssel in diesem Browser machen
desk-keys-make-text = Der Schlüssel entsteht hier und kann nicht herausgenommen, kopiert oder verschickt werden, auch nicht von dieser Seite. Seine öffentliche Hälfte wird für Sie angemeldet. Werden die Daten dieses Browsers gelöscht, ist der Schlüssel weg: Deshalb gehört ein dritter auf Papier.
desk-keys-role = Name des Schlüssels
desk-keys-role-hint = Er ist öffentlich, als { $organiser }/name. Kleine Buchstaben, Ziffern und _; besser ein Amt als ein Personenname.
desk-keys-make-go = Meinen Schlüssel machen
desk-keys-made = Der Schlüssel ist gemacht und angemeldet.
desk-keys-unable = Dieser Browser kann solche Schlüssel nicht machen, oder er behält nichts. Nehmen Sie einen aktuellen Firefox, Chrome, Edge oder Safari außerhalb privater Fenster; oder machen Sie einen Schlüssel mit dem Befehl klero keys new und melden Sie ihn unten an.
desk-keys-paper-title = Ein Schlüssel auf Papier oder von der Befehlszeile
desk-keys-paper-text = Drei Schlüssel sind klug: zwei, die benutzt werden, und ein dritter, der ausgedruckt im Tresor liegt. Dann ist niemand ausgesperrt, wenn einer verloren geht. Machen Sie auf einem eigenen Computer, am besten ohne Netz, mit dem ersten Befehl den Schlüssel und mit dem zweiten einen Beweis, dass Sie ihn haben; drucken Sie die Datei, legen Sie das Papier weg, löschen Sie die Datei. Fügen Sie den Beweis hier ein: Er enthält nichts Geheimes.
desk-keys-paper-proof = Beweis, dass der Schlüssel Ihrer ist
desk-keys-paper-hint = Alles, was der zweite Befehl ausgibt, von kleroterion/v1/member_key bis zur letzten Zeile.
desk-keys-paper-go = Diesen Schlüssel als meinen anmelden
desk-keys-registered = Der Schlüssel ist angemeldet.
desk-enrol-title = Die Schlüssel eintragen lassen
desk-enrol-again-title = Die geltenden Schlüssel ändern
desk-enrol-text = Eine Eintragung sagt im Protokoll, welche Schlüssel für Sie unterschreiben. Jeder ihrer Schlüssel unterschreibt sie einmal, um zu zeigen, dass er da ist.
desk-enrol-alone = Es braucht Schlüssel von zwei verschiedenen Personen. Wer unterschreiben soll, wird von der Verwaltung des Dienstes eingeladen.
desk-enrol-keys = Schlüssel, die gelten sollen
desk-enrol-threshold = Wie viele davon unterschreiben müssen
desk-enrol-threshold-hint = Zwei ist für die meisten richtig. Bei drei Schlüsseln darf dann einer verloren gehen.
desk-enrol-recovery = Zu viele Schlüssel sind verloren: ohne die alten neu eintragen
desk-enrol-recovery-hint = Eine solche Neueintragung ist öffentlich und gilt erst nach 30 Tagen, damit niemand unbemerkt einen Veranstalter übernimmt.
desk-enrol-go = Eintragung schreiben

desk-people-title = Personen
desk-people-lead = Wer hier arbeiten darf. Jede Person hat ein eigenes Konto und eine Rolle.
desk-organisers-title = Veranstalter
desk-organisers-none = Noch gibt es keinen Veranstalter.
desk-organisers-name = Name, wie ihn alle kennen
desk-organisers-id = Kurzname im Protokoll
desk-organisers-id-hint = Kleine Buchstaben, Ziffern und Bindestriche; für immer. Zum Beispiel eupen.
desk-organisers-go = Veranstalter hinzufügen
desk-organisers-added = Der Veranstalter ist hinzugefügt.
desk-invite-title = Jemanden einladen
desk-invite-login = Anmeldename
desk-invite-login-hint = Eine E-Mail-Adresse ist gut. Es wird keine E-Mail verschickt.
desk-invite-role = Rolle
desk-invite-role-hint = Vorbereitung: bereitet vor und unterschreibt. Unterschrift: unterschreibt und sieht keine Person. Prüfung: liest.
desk-invite-role-hint-auditor = Prüfung: liest und ändert nichts. Wer unterschreibt, wird von der Verwaltung des Dienstes eingeladen: So wird niemand zu zweien.
desk-invite-organiser = Veranstalter
desk-invite-go = Einladen
desk-invite-made = Einladung für { $login }
desk-invite-made-text = Sie wird nur einmal gezeigt. Geben Sie sie sicher und nur dieser Person: Wer sie hat, kann das Konto anlegen.
desk-invite-until = Endet
desk-invite-revoke = Zurückziehen
desk-invitations-title = Offene Einladungen
desk-members-title = Wer hier ist
desk-member-totp = Zweiter Faktor
desk-member-closed = Geschlossen

desk-kind-enrolment = Schlüssel des Veranstalters
desk-kind-enrolment-text = Das sagt, wer ab jetzt für den Veranstalter unterschreibt.
desk-kind-announcement = Ankündigung
desk-kind-announcement-text = Das sagt allen, dass eine Auslosung kommt, und wann. Was angekündigt ist, kann nur öffentlich verschoben oder aufgegeben werden.
desk-kind-terms = Bedingungen der Auslosung
desk-kind-terms-text = Das legt Liste, Regeln und die Runde des Zufallssenders fest. Ist es versiegelt, kann niemand mehr etwas ändern.
desk-kind-vacancy = Abgegebene Sitze
desk-kind-vacancy-text = Diese Sitze werden frei und nach der Regel in den Bedingungen besetzt.
desk-kind-void = Aufgabe einer Auslosung
desk-kind-void-text = Die Auslosung findet nicht statt. Das, und warum, bleibt sichtbar.
desk-kind-annulment = Annullierung
desk-kind-annulment-text = Das Ergebnis gilt nicht mehr. Es bleibt sichtbar.
desk-kind-erasure = Löschung
desk-kind-erasure-text = Der Schlüssel der Liste, ihre Zeilen und ihre Tabelle werden vernichtet. Protokoll, Siegel und Lose bleiben prüfbar, Namen sind nicht mehr zu finden. Das lässt sich nicht rückgängig machen.
desk-decision-open = Wartet auf Unterschriften
desk-decision-handing_in = Wird eingereicht
desk-decision-logged = Im Protokoll
desk-decision-withdrawn = Zurückgezogen
desk-decision-says = Was darin steht
desk-decision-signatures = Unterschriften: { $n_s } von { $needed_s }
desk-decision-unsigned = Noch hat niemand unterschrieben.
desk-decision-not-yours = Ihr Konto liest und unterschreibt nicht.
desk-decision-changed = Jemand hat unterschrieben.
desk-decision-logged-text = Das ist Schritt { $n_s } des öffentlichen Protokolls.
desk-decision-logged-step = Ansehen
desk-decision-next = Weiter
desk-sign-title = Unterschreiben
desk-sign-here = Mit dem Schlüssel { $key } in diesem Browser unterschreiben
desk-sign-mine = Sie haben unterschrieben. Jetzt liest und unterschreibt eine andere Person dasselbe.
desk-sign-mine-more = Sie haben unterschrieben. Hier liegt noch ein Schlüssel von Ihnen; eine Eintragung braucht die Unterschrift jedes Schlüssels.
desk-sign-done = Unterschrieben.
desk-sign-no-key = In diesem Browser liegt kein Schlüssel von Ihnen, der das unterschreiben darf.
desk-sign-no-key-text = Nichts ist verloren: Alles andere liegt auf dem Server. Ein anderes Mitglied kann unterschreiben; oder Sie unterschreiben auf einem anderen Computer mit Ihrem Schlüssel auf Papier, wie unten gezeigt; oder Sie machen einen neuen Schlüssel und lassen ihn eintragen.
desk-sign-no-key-go = Zu den Schlüsseln
desk-sign-elsewhere = Auf einem anderen Computer unterschreiben
desk-sign-elsewhere-text = Wer weder dieser Seite noch diesem Browser trauen will: Laden Sie den Text herunter, bringen Sie ihn auf Ihren eigenen Computer und unterschreiben Sie ihn dort. Der Befehl zeigt zuerst, was Sie unterschreiben.
desk-sign-download = Text herunterladen
desk-sign-paste = Der unterschriebene Text oder seine letzte Zeile
desk-sign-paste-hint = Die ganze Datei nach dem Befehl, oder die Zeile, die mit — beginnt.
desk-sign-send = Diese Unterschrift senden
desk-handin-enrolment = Eintragen
desk-handin-enrolment-text = Alle Unterschriften sind da. Die Eintragung kommt ins öffentliche Protokoll.
desk-handin-announcement = Ankündigen
desk-handin-announcement-text = Alle Unterschriften sind da. Die Ankündigung kommt ins öffentliche Protokoll.
desk-handin-terms = Versiegeln
desk-handin-terms-text = Alle Unterschriften sind da. Das Versiegeln legt alles fest, endgültig.
desk-handin-vacancy = Diese Sitze abgeben
desk-handin-vacancy-text = Alle Unterschriften sind da. Die Sitze werden frei, öffentlich.
desk-handin-void = Auslosung aufgeben
desk-handin-void-text = Alle Unterschriften sind da. Die Auslosung wird aufgegeben, öffentlich.
desk-handin-annulment = Ergebnis annullieren
desk-handin-annulment-text = Alle Unterschriften sind da. Das Ergebnis wird annulliert, öffentlich.
desk-handin-erasure = Daten vernichten
desk-handin-erasure-text = Alle Unterschriften sind da. Was jetzt vernichtet wird, kommt nicht wieder.
desk-handin-waits = { $n ->
    [0] Es braucht Unterschriften von zwei verschiedenen Personen.
    [one] { $n_s } Unterschrift fehlt noch.
   *[other] { $n_s } Unterschriften fehlen noch.
}
desk-handin-pass = Sagen Sie es Ihrer Kollegin oder Ihrem Kollegen; diese Seite zeigt es sofort.
desk-handin-done = Erledigt: Schritt { $n_s } des Protokolls.
desk-withdraw-title = Zurückziehen
desk-withdraw-text = Solange es nicht eingereicht ist, kann es zurückgezogen und neu geschrieben werden.
desk-withdraw-go = Das zurückziehen

desk-words-draw = Name im Protokoll
desk-words-title = Titel
desk-words-name = Veranstalter
desk-words-purpose = Wofür die Sitze sind
desk-words-method = Wie ausgelost wird
desk-words-reserves = Ersatz
desk-words-replacement = Wenn jemand absagt
desk-words-pool = Liste
desk-words-draws_at = Zeit der Auslosung
desk-words-beacon = Zufallssender
desk-words-draw_by = Überfällig nach
desk-words-not_drawn = Nicht ausgeloste Sitze
desk-words-seats = Sitze
desk-words-reason = Warum
desk-words-keys = Schlüssel
desk-words-threshold = Unterschriften
desk-words-recovery = Verlorene Schlüssel
desk-words-attempt = Versuch
desk-words-postponed = So oft verschoben
desk-words-round = Runde { $round }, die erste zur Zeit der Auslosung oder danach
desk-words-table = Diese Spalten werden veröffentlicht, ohne Namen: { $columns }.
desk-words-table-reason = Einige Personen stehen darin allein. Trotzdem veröffentlicht, weil: { $why }
desk-words-from = Alle kommen aus der Auslosung { $draw }.
desk-words-threshold-text = { $n_s } dieser Schlüssel müssen unterschreiben.
desk-words-recovery-text = Neueintragung ohne die alten Schlüssel. Gilt erst nach 30 Tagen, öffentlich.
desk-words-bytes = Genau der Text, der unterschrieben wird

desk-method-equal = Alle die gleiche Chance
desk-method-equal-text = Alle haben die gleiche Chance.
desk-method-households = Eine Person je Haushalt
desk-method-households-text = Alle haben die gleiche Chance, aber aus einem Haushalt wird höchstens eine Person ausgelost.
desk-method-stratified = Nach Gruppen
desk-method-stratified-text = Jede Gruppe bekommt Plätze im Verhältnis zu ihrer Größe. Gruppen nach: { $columns }.
desk-method-stratified-choice = Jede Gruppe bekommt Plätze im Verhältnis zu ihrer Größe. Welche Spalten die Gruppen bilden, wählen Sie im nächsten Schritt.
desk-method-panels = Nach Quoten
desk-method-panels-text = Eines von vielen vorbereiteten Gremien wird ausgelost. Jedes erfüllt alle Quoten; die Chance jeder Person wird gezählt und gezeigt.
desk-method-panels-list = Eines von { $n_s } Gremien wird ausgelost. Jedes erfüllt alle Quoten. Chancen von { $low } bis { $high }.
desk-replacement-rank = Die nächste Ersatzperson rückt nach
desk-replacement-rank-text = Die nächste Ersatzperson rückt nach, in der Reihenfolge der Auslosung. Ersatzpersonen kennen ihre Stelle.
desk-replacement-beacon = Eine neue Runde des Zufallssenders entscheidet
desk-replacement-beacon-text = Eine neue Runde des Zufallssenders entscheidet, wer nachrückt. Niemand weiß es vorher.
desk-replacement-none = Der Sitz bleibt leer
desk-replacement-none-text = Der Sitz bleibt leer.
desk-leave-declined = hat abgesagt
desk-leave-not_eligible = darf den Sitz nicht haben
desk-leave-ended = ist ausgeschieden, oder die Zeit ist um
desk-reason-cancelled = Sie ist nicht mehr gewollt
desk-reason-pool_error = Die Liste war falsch
desk-reason-terms_error = Die Bedingungen waren falsch
desk-reason-beacon_lost = Der Zufallssender gab die Runde nie heraus
desk-reason-court = Ein Gericht hat so entschieden
desk-reason-complaint = Einer Beschwerde wurde stattgegeben

desk-wizard-lead = Fünf Schritte: Regeln, Personen, Quoten, Zeit, Bedingungen. Nach jedem können Sie aufhören und später weitermachen, auch an einem anderen Computer.
desk-wizard-steps = Schritte
desk-wizard-next = Weiter
desk-wizard-stored = Gespeichert.
desk-wizard-announced = Titel, Name und Zeit stehen fest. Liste und Regeln lassen sich ändern, bis sie versiegelt sind.
desk-wizard-sealed = Alles steht fest. Sie sehen, wie es vorbereitet wurde.
desk-wizard-read-only = Diesen Schritt bearbeitet, wer vorbereitet.
desk-wizard-waits = { $n_s } von { $needed_s } Unterschriften sind da.
desk-wizard-sign = Lesen und unterschreiben
desk-step-rules = Regeln
desk-step-people = Personen
desk-step-quotas = Quoten
desk-step-time = Zeit
desk-step-terms = Bedingungen
desk-rules-title = Titel
desk-rules-more-titles = Titel in anderen Sprachen
desk-rules-name = Name im Protokoll
desk-rules-name-hint = Nie zuvor benutzt und nie wieder. Kleine Buchstaben, Ziffern und Bindestriche.
desk-rules-purpose-hint = In einem Wort, etwa briefe oder rat. Wiederholte Versuche zum selben Zweck werden gezählt und gezeigt.
desk-rules-seats = Wie viele ausgelost werden
desk-rules-reserves-hint = Wie viele weitere ausgelost werden, die nachrücken können.
desk-rules-from = Personen aus einer früheren Auslosung
desk-rules-from-none = Nein, eine eigene Liste
desk-rules-from-hint = Zum Beispiel ein Rat aus denen, die eingeladen wurden und geantwortet haben. Dann können alle prüfen, dass niemand eingeschleust wurde.
desk-rules-fixed = Diese Auslosung ist angekündigt: Titel, Name und Zweck lassen sich nicht mehr ändern.

desk-pool-lead = Die Liste der Personen, die ausgelost werden können. Sie wird bei der Ankunft verschlüsselt und nicht veröffentlicht; niemand sonst sieht sie.
desk-pool-file = Datei
desk-pool-file-hint = CSV in UTF-8, oder XLSX (das erste Blatt). Eine Zeile je Person; die erste Zeile nennt die Spalten.
desk-pool-upload = Hochladen
desk-pool-existing = Oder eine Liste, die schon hier liegt
desk-pool-use = Diese Liste verwenden
desk-pool-other = Eine andere Liste verwenden
desk-pool-chosen = Liste: { $name }
desk-pool-gone = Die Liste dieses Entwurfs wurde gelöscht. Laden Sie sie noch einmal hoch.
desk-pool-linked = Alle Personen kommen aus der Auslosung { $draw }. Laden Sie die Datei mit den Antworten hoch: die Spalte, an der man die Personen erkennt, wie in der früheren Liste, und die Antworten. Wer damals nicht ausgelost wurde, wird abgelehnt.
desk-pool-linked-kept = Von dieser Datei bleiben nur Spalten für Gruppen und Quoten. Namen und Adressen kommen aus der früheren Liste.
desk-pool-linked-columns = Auch diese Spalten der früheren Liste sind für Gruppen und Quoten
desk-pool-linked-other = Diese Liste hält nicht fest, dass ihre Personen aus der Auslosung { $draw } kommen. Laden Sie sie noch einmal hoch, oder nehmen Sie in den Regeln die frühere Auslosung heraus.
desk-pool-sealed = Die Liste ist versiegelt und lässt sich nicht ändern.
desk-pool-read = { $n ->
    [one] { $n_s } Spalte wurde gefunden.
   *[other] { $n_s } Spalten wurden gefunden.
}
desk-pool-sheet = Gelesen vom Blatt „{ $name }“.
desk-pool-not-read = Nicht gelesen: { $names }.
desk-pool-numbers = { $n ->
    [one] { $n_s } Zahl wurde als Text geschrieben; führende Nullen, die das Blatt nur anzeigt, fehlen
   *[other] { $n_s } Zahlen wurden als Text geschrieben; führende Nullen, die das Blatt nur anzeigt, fehlen
}
desk-pool-dates = { $n ->
    [one] { $n_s } Datum wurde als JJJJ-MM-TT geschrieben
   *[other] { $n_s } Daten wurden als JJJJ-MM-TT geschrieben
}
desk-pool-truths = { $n ->
    [one] { $n_s } Ja/Nein-Wert wurde als TRUE oder FALSE geschrieben
   *[other] { $n_s } Ja/Nein-Werte wurden als TRUE oder FALSE geschrieben
}
desk-pool-roles = Wozu die Spalten da sind
desk-pool-column = Spalte
desk-pool-role = Aufgabe
desk-pool-role-of = Aufgabe der Spalte { $column }
desk-column-private = nur für Ihre Listen
desk-column-private-text = Namen, Straßen und was Ihre Briefe brauchen. Wird nie veröffentlicht.
desk-column-id = unterscheidet Personen
desk-column-id-text = Etwas, das jede Person als nur ihres erkennt, etwa eine Nummer im Register. Genau eine Spalte. Wird nie veröffentlicht.
desk-column-public = für Gruppen und Quoten
desk-column-public-text = Altersgruppe, Gemeinde, Geschlecht. Braucht das Verfahren sie, werden diese Spalten ohne Namen veröffentlicht: Halten Sie sie grob.
desk-column-household = Adresse
desk-column-household-text = Spalten, die zusammen die Adresse sind. Sie zeigen, wer zusammen wohnt. Wird nie veröffentlicht.
desk-pool-check = Liste prüfen
desk-pool-problems = So kann die Liste nicht verwendet werden.
desk-pool-no-headings = Die erste Zeile sieht aus wie eine Person, nicht wie Spaltennamen.
desk-pool-problems-text = Verbessern Sie die Datei dort, wo sie liegt, und laden Sie sie noch einmal hoch.
desk-file-line = Zeile { $line }:
desk-file-more = { $n ->
    [one] Und { $n_s } weiteres.
   *[other] Und { $n_s } weitere.
}
desk-file-empty-file = Die Datei ist leer.
desk-file-header-only = Die Datei nennt Spalten, aber keine Personen.
desk-file-utf16 = Die Datei ist in UTF-16 gespeichert und nicht in UTF-8.
desk-file-not-utf8 = Das ist nicht in UTF-8 gespeichert.
desk-file-nul = In der Spalte „{ $column }“ steht ein Nullzeichen.
desk-file-unnamed-column = Die { $position }. Spalte hat keinen Namen.
desk-file-heading-like-data = Spalte { $position_s }: Ihr Name ist eine Zahl, ein Datum oder eine Adresse oder steht darunter noch einmal.
desk-file-double-column = Zwei Spalten heißen „{ $column }“, die { $other }. und die { $position }.
desk-file-column-name-too-long = Der Name der { $position }. Spalte ist zu lang: { $found_s } Bytes, erlaubt sind { $most_s }.
desk-file-too-many-columns = Die Datei hat { $found_s } Spalten, erlaubt sind { $most_s }.
desk-file-no-such-column = Eine Spalte „{ $column }“ gibt es in der Datei nicht.
desk-file-two-roles = Die Spalte „{ $column }“ hat zwei Aufgaben.
desk-file-ragged = { $found_s } Zellen statt { $expected_s }.
desk-file-no-id = Die Spalte, die Personen unterscheidet, ist hier leer.
desk-file-id-too-long = Was die Person unterscheidet, ist zu lang: { $found_s } Bytes, erlaubt sind { $most_s }.
desk-file-double-id = Dieselbe Person wie in Zeile { $other }.
desk-file-cell-too-long = Die Zelle in der Spalte „{ $column }“ ist zu lang: { $found_s } Bytes, erlaubt sind { $most_s }.
desk-file-record-too-long = Die Zeile, die hier beginnt, ist zu lang für eine Person.
desk-file-after-quotation = In Zeile { $other } folgt Text auf ein schließendes Anführungszeichen.
desk-file-public-too-long = Die Spalten für Gruppen und Quoten sind zusammen zu lang: Erlaubt sind { $most_s } Bytes.
desk-file-too-many-people = Mehr Personen, als eine Liste haben kann.
desk-file-stranger = Niemand aus der früheren Auslosung kann so geantwortet haben.
desk-file-do-encoding = Speichern Sie die Datei als UTF-8: in Excel mit „Speichern unter“, Dateityp „CSV UTF-8“; in LibreOffice mit „Speichern unter“, „Text CSV“, Zeichensatz „Unicode (UTF-8)“.
desk-file-do-export = Die erste Zeile nennt die Spalten, jede weitere ist eine Person. Sehen Sie nach, ob die Ausgabe aus dem Register geklappt hat.
desk-file-do-names = Geben Sie jeder Spalte in der ersten Zeile einen kurzen, eigenen Namen.
desk-file-do-headings = Ist es eine Person, setzen Sie eine Zeile mit den Spaltennamen darüber und laden die Datei neu hoch: Sonst fehlt diese Person in der Liste. Sind es Spaltennamen, machen Sie weiter.
desk-file-do-fewer = Lassen Sie Spalten weg, die weder die Auslosung noch die Briefe brauchen.
desk-file-do-roles = Geben Sie jeder Spalte der Datei genau eine Aufgabe.
desk-file-do-cells = Eine Zelle, in der das Trennzeichen oder ein Zeilenumbruch steht, gehört in Anführungszeichen. Am einfachsten: Speichern Sie die Tabelle noch einmal aus dem Tabellenprogramm.
desk-file-do-id = Löschen Sie Zeilen, die leer sind oder Summen enthalten.
desk-file-do-double = Eine Zeile je Person: Löschen Sie die doppelte, oder geben Sie verschiedenen Personen verschiedene Nummern.
desk-file-do-shorter = Kürzen Sie die Zelle, oder lassen Sie die Spalte weg.
desk-file-do-quote = Suchen Sie ein Anführungszeichen, das in dieser Zeile beginnt und nirgends endet.
desk-file-do-pools = Teilen Sie die Liste auf mehrere Auslosungen auf.
desk-file-do-stranger = Nur wer in der früheren Auslosung ausgelost wurde, darf auf dieser Liste stehen. Vergleichen Sie die Nummer.
desk-pool-good = { $n ->
    [one] Die Liste ist in Ordnung: { $n_s } Person.
   *[other] Die Liste ist in Ordnung: { $n_s } Personen.
}
desk-pool-trimmed = { $n ->
    [one] { $n_s } Zelle ohne die Leerzeichen am Rand
   *[other] { $n_s } Zellen ohne die Leerzeichen am Rand
}
desk-pool-composed = { $n ->
    [one] { $n_s } Zelle mit einheitlich geschriebenen Akzenten
   *[other] { $n_s } Zellen mit einheitlich geschriebenen Akzenten
}
desk-pool-formulas = { $n ->
    [one] { $n_s } Zelle sieht wie eine Formel aus; sie bleibt, wie sie ist
   *[other] { $n_s } Zellen sehen wie Formeln aus; sie bleiben, wie sie sind
}
desk-pool-commit-text = Jetzt wird die Liste festgelegt: Ihr kurzer Hash steht dann in den Bedingungen. Wer danach einen Buchstaben ändert, fällt auf.
desk-pool-commit = Diese Liste festlegen
desk-pool-committed = Die Liste ist festgelegt.
desk-pool-is-committed = { $n ->
    [one] Die Liste ist festgelegt: { $n_s } Person.
   *[other] Die Liste ist festgelegt: { $n_s } Personen.
}
desk-pool-root = Hash der Liste
desk-pool-alike = In dem, was veröffentlicht wird, steht niemand allein: Jede Zeile gibt es mindestens { $n_s } Mal.
desk-pool-alone = { $n ->
    [one] { $n_s } Zeile in dem, was veröffentlicht wird, gleicht keiner anderen: Diese Person ist erkennbar.
   *[other] { $n_s } Zeilen in dem, was veröffentlicht wird, gleichen keiner anderen: Diese Personen sind erkennbar.
}
desk-pool-alone-households = { $n ->
    [one] { $n_s } Haushalt gleicht keinem anderen.
   *[other] { $n_s } Haushalte gleichen keinem anderen.
}
desk-pool-alone-text = Laden Sie die Liste mit gröberen Werten hoch, oder sagen Sie in den Bedingungen, warum sie trotzdem veröffentlicht wird.
desk-pool-alone-help = Was helfen würde:
desk-pool-coarser-band = { $column } in Gruppen von je { $by }
desk-pool-coarser-cut = { $column }: nur die ersten { $by } Zeichen
desk-pool-coarser-merge = { $column }: Werte, die weniger als { $by } Personen haben, zusammengefasst als „other“
desk-pool-coarser-then = { $n ->
    [one] { $n_s } Zeile stünde allein
   *[other] { $n_s } Zeilen stünden allein
}
desk-pool-delete-title = Diese Liste löschen
desk-pool-delete-text = Die Liste und was aus ihr berechnet wurde, wird hier vernichtet. Eine versiegelte Auslosung behält ihre eigene Kopie, bis sie gelöscht wird.
desk-pool-delete = Liste löschen
desk-strata-columns = Gruppen nach diesen Spalten
desk-strata-none = Dieses Verfahren braucht Spalten für Gruppen und Quoten, und die Liste hat keine. Laden Sie sie noch einmal hoch und wählen Sie welche.
desk-households-none = Dieses Verfahren braucht die Spalten der Adresse, und die Liste hat keine. Laden Sie sie noch einmal hoch und wählen Sie sie.

desk-quotas-not-needed = Dieses Verfahren braucht keine Quoten.
desk-quotas-uncommitted = Legen Sie zuerst die Liste der Personen fest.
desk-quotas-lead = { $n ->
    [one] Wie viele jedes Werts in einem Gremium von { $n_s } Person sitzen, mindestens und höchstens. Die vorgeschlagenen Zahlen folgen der Liste.
   *[other] Wie viele jedes Werts in einem Gremium von { $n_s } Personen sitzen, mindestens und höchstens. Die vorgeschlagenen Zahlen folgen der Liste.
}
desk-quotas-use = Quoten für { $column }
desk-quotas-caption = { $column }: mindestens und höchstens
desk-quotas-value = Wert
desk-quotas-pool = Auf der Liste
desk-quotas-min = Mindestens
desk-quotas-max = Höchstens
desk-quotas-too-many = Diese Spalte hat zu viele Werte für Quoten; nur die häufigsten werden gezeigt.
desk-quotas-check = Sind sie erfüllbar?
desk-quotas-build = Gerechte Gremien bauen
desk-quotas-applied = In die Tabelle übernommen. Prüfen Sie noch einmal.
desk-quotas-choose = Diese Gremien verwenden
desk-quotas-chosen = Gremien sind gewählt
desk-job-feasibility = Sind die Quoten erfüllbar?
desk-job-panels = Gerechte Gremien
desk-job-runs = Es wird gerechnet. Sie können diese Seite verlassen; es geht weiter.
desk-job-cancel = Abbrechen
desk-job-cancelled = Abgebrochen.
desk-job-failed = Das kam zu keinem Ende.
desk-job-doing-waiting = Wartet, bis ein anderer Auftrag fertig ist.
desk-job-doing-reading = Liest Personen und Quoten.
desk-job-doing-chances = Sucht die gerechtesten Chancen.
desk-job-doing-panels = Sucht Gremien, die sie verwirklichen.
desk-job-doing-improving = Tauscht Gremien gegen bessere.
desk-job-doing-choices = Sucht Personen, die keine Wahl haben.
desk-job-doing-relaxing = Sucht die kleinste Änderung der Quoten, die hilft.
desk-job-doing-steps = Schritt { $done_s } von { $total_s }.
desk-job-helps = Diese Änderung hilft:
desk-job-wrong-no-panel = Kein Gremium kann alle Quoten zugleich erfüllen.
desk-job-wrong-conflict = Das steht im Weg: { $feature }, { $value }: { $min_s } bis { $max_s }.
desk-job-wrong-conflict-households = Im Weg steht auch, dass höchstens eine Person eines Haushalts im Gremium sitzt.
desk-job-wrong-not-found = In der erlaubten Zeit fand sich kein Gremium, obwohl es eines geben kann. Lockern Sie Quoten um eine oder zwei Personen.
desk-job-wrong-gave-up = Die Berechnung kam mit diesen Quoten nicht zurecht. Lockern Sie eine Quote um eine oder zwei Personen.
desk-job-wrong-beyond-flex = Auch die weitesten Grenzen erlauben kein Gremium. Lockern Sie mehrere Quoten, oder ändern Sie die Zahl der Sitze.
desk-job-wrong-no-change-found = In der erlaubten Zeit fand sich keine Änderung, die hilft. Lockern Sie mehrere Quoten, und prüfen Sie noch einmal.
desk-job-wrong-too-long = Der Auftrag dauerte länger, als er darf. Lockern Sie Quoten, und beginnen Sie noch einmal.
desk-job-wrong-broke-off = Die Berechnung brach ab. Beginnen Sie noch einmal; geschieht es wieder, sagen Sie es dem Betreiber.
desk-job-wrong-stopped = Der Dienst wurde inzwischen angehalten. Beginnen Sie noch einmal.
desk-job-wrong-cannot-start = Die Berechnung kann nicht beginnen. Sagen Sie es dem Betreiber.
desk-job-wrong-refused = Der Dienst konnte die Liste der Personen nicht lesen. Sehen Sie nach, ob sie noch da ist, und beginnen Sie noch einmal.
desk-job-wrong-too-many-people = Gremien werden aus höchstens { $most_s } Personen gebaut. Nehmen Sie ein anderes Verfahren, zum Beispiel nach Gruppen.
desk-job-wrong-unreadable = Die Quoten können nicht gelesen werden.
desk-job-wrong-not-utf8 = Die Quoten sind nicht als UTF-8 gespeichert.
desk-job-wrong-no-quotas = Die Quoten haben keine Kopfzeile, oder darunter steht nichts.
desk-job-wrong-missing-column = Die Spalte ‚{ $feature }‘ fehlt.
desk-job-wrong-no-id-column = Keine Spalte unterscheidet die Personen.
desk-job-wrong-double-column = Zwei Spalten heißen ‚{ $feature }‘.
desk-job-wrong-ragged = { $found_s } Zellen statt { $most_s }.
desk-job-wrong-empty-cell = Die Zelle unter ‚{ $feature }‘ ist leer.
desk-job-wrong-not-a-number = Unter ‚{ $feature }‘ steht keine ganze Zahl von Personen.
desk-job-wrong-min-over-max = { $feature }, { $value }: mindestens { $min_s } ist mehr als höchstens { $max_s }.
desk-job-wrong-flex-inside = { $feature }, { $value }: min_flex bis max_flex enthält die Quote nicht.
desk-job-wrong-double-quota = { $feature }, { $value } hat schon eine Quote.
desk-job-wrong-unknown-value = In der Spalte ‚{ $feature }‘ kommen Werte vor, für die es keine Quote gibt. Geben Sie jedem Wert dieser Spalte eine, oder verwenden Sie ihre Quoten nicht.
desk-job-wrong-missing-value = Bei einigen Personen ist die Spalte ‚{ $feature }‘ leer. Verwenden Sie ihre Quoten nicht, oder laden Sie die Liste ergänzt hoch.
desk-job-wrong-missing-id = Bei einer Person ist leer, was sie unterscheidet.
desk-job-wrong-double-id = Eine Person kommt zweimal vor.
desk-job-wrong-zero-seats = Ein Gremium braucht mindestens einen Sitz.
desk-job-wrong-more-seats-than-people = { $seats_s } Sitze, aber nur { $found_s } auf der Liste.
desk-job-wrong-maxima-too-low = { $feature }: höchstens zusammen { $found_s }; das reicht nicht für { $seats_s } Sitze. Erhöhen Sie ‚höchstens‘.
desk-job-wrong-minima-too-high = { $feature }: mindestens zusammen { $found_s }; das ist zu viel für { $seats_s } Sitze. Senken Sie ‚mindestens‘.
desk-job-wrong-too-few-people = { $feature }, { $value }: mindestens { $min_s } sind verlangt, auf der Liste sind { $found_s }.
desk-job-wrong-too-many = Zu viel auf einmal: { $found_s }; höchstens { $most_s } sind erlaubt. Verwenden Sie weniger Quoten.
desk-job-possible = Ja, ein Gremium kann alle Quoten erfüllen.
desk-job-impossible = Kein Gremium kann alle Quoten zugleich erfüllen.
desk-job-smallest = { $n ->
    [one] Die kleinste Änderung, die hilft, ist um { $n_s } Person:
   *[other] Die kleinste Änderung, die hilft, ist um zusammen { $n_s } Personen:
}
desk-job-smaller = { $n ->
    [one] Diese Änderung um { $n_s } Person hilft; vielleicht gibt es eine kleinere:
   *[other] Diese Änderung um zusammen { $n_s } Personen hilft; vielleicht gibt es eine kleinere:
}
desk-job-apply = In die Tabelle übernehmen
desk-job-built = { $n ->
    [one] { $n_s } Gremium ist gebaut; es erfüllt alle Quoten.
   *[other] { $n_s } Gremien sind gebaut; jedes erfüllt alle Quoten.
}
desk-fair-smallest = Kleinste Chance
desk-fair-largest = Größte Chance
desk-fair-mean = Mittlere Chance
desk-fair-bound = Keine Liste könnte allen mehr geben als
desk-fair-nobody = Personen ohne Chance
desk-fair-text = Quoten machen Chancen ungleich. Liegt die kleinste weit unter der mittleren, lockern Sie die Quote, die am schwersten zu erfüllen ist. Alle können diese Zahlen später nachprüfen.

desk-time-lead = Wann wird ausgelost? Der erste Wert des Zufallssenders zu dieser Zeit oder danach entscheidet.
desk-time-zone = In der Zeit dieses Computers: { $zone }.
desk-time-store = Speichern
desk-time-beacon = Der Zufallssender gibt öffentliche Werte heraus, die niemand vorher kennen kann. Lassen Sie genug Zeit bis dahin: Zwei Personen unterschreiben die Ankündigung und die Bedingungen.
desk-time-announce-text = Die Ankündigung sagt allen, dass am { $at } ausgelost wird.
desk-time-announce = Ankündigung schreiben
desk-time-announced = Die Auslosung ist angekündigt. Ihre Zeit lässt sich nur verschieben, und alle sehen es.
desk-terms-lead = Alles noch einmal. Was hier versiegelt wird, entscheidet.
desk-terms-missing = Vor den Bedingungen:
desk-terms-missing-announcement = Die Auslosung muss angekündigt werden.
desk-terms-missing-pool = Die Liste der Personen fehlt.
desk-terms-missing-strata = Wählen Sie die Spalten, die die Gruppen bilden.
desk-terms-missing-panels = Bauen Sie Gremien und wählen Sie sie.
desk-terms-write-text = Die Bedingungen werden mit Liste, Regeln und Runde geschrieben. Sie lesen sie in Worten, bevor jemand unterschreibt.
desk-terms-write = Bedingungen schreiben
desk-terms-reason-title = Einige stehen in den veröffentlichten Spalten allein
desk-terms-reason-text = Werden die Bedingungen abgelehnt, weil jemand in den veröffentlichten Spalten erkennbar wäre: Laden Sie die Liste mit gröberen Werten hoch, etwa Altersgruppen. Geht das nicht, sagen Sie, warum sie trotzdem veröffentlicht werden. Zwei Mitglieder unterschreiben es, und alle lesen es.
desk-terms-reason = Warum trotzdem veröffentlicht wird
desk-draft-delete-title = Diesen Entwurf löschen
desk-draft-delete-text = Noch steht nichts davon im Protokoll.
desk-draft-delete = Entwurf löschen

desk-results-lead = { $n ->
    [one] { $n_s } Person hat einen Sitz.
   *[other] { $n_s } Personen haben einen Sitz.
}
desk-results-seated = Besetzte Sitze
desk-results-left = Ausgeschieden
desk-results-panel = Ausgelostes Gremium
desk-results-hash = Hash des Ergebnisses
desk-results-files = Dateien mit Namen
desk-results-files-text = Mit allen Spalten Ihrer Liste. Sie werden für das Herunterladen gemacht und nicht aufbewahrt.
desk-results-drawn = Personen mit Sitz (CSV)
desk-results-reserves = Ersatzpersonen (CSV)
desk-results-remaining = Alle anderen (CSV)
desk-audit-title = Für die Prüfung
desk-audit-text = Die ganze Liste, wie sie festgelegt wurde, mit ihrem Schlüssel, so verschlüsselt, dass nur die Prüferin oder der Prüfer sie öffnen kann. Diese Person macht mit age-keygen einen Schlüssel und gibt Ihnen die Zeile, die mit age1 beginnt.
desk-audit-recipient = Empfängerschlüssel der Prüfung
desk-audit-hint = Er beginnt mit age1. Die Datei öffnet: klero audit open
desk-audit-go = Verschlüsselt herunterladen
desk-letters-title = Briefe
desk-letters-text = Eine Datei für Ihren Serienbrief: Ihre Spalten, und für jede Person ein Beleg-Code, ein Link und ein QR-Code. Damit kann jede Person prüfen, dass sie auf der Liste stand und was herauskam. Zuerst werden die Belege verschlüsselt dort abgelegt, wo der Code sie findet.
desk-letters-drawn = Briefe an die Ausgelosten vorbereiten
desk-letters-reserves = Briefe an die Ersatzpersonen vorbereiten
desk-letters-made = { $n ->
    [one] { $n_s } Brief ist vorbereitet.
   *[other] { $n_s } Briefe sind vorbereitet.
}
desk-letters-csv = Datei für den Serienbrief (CSV)
desk-letters-zip = Dasselbe mit einem Bild jedes QR-Codes (ZIP)

desk-answers-closed = Noch werden keine Antworten angenommen. Bis wann dürfen die Leute antworten?
desk-answers-deadline = Antworten zählen bis
desk-answers-open = Antworten annehmen
desk-answers-move = Das Ende verschieben
desk-answers-is-open = Offen
desk-answers-is-closed = Geschlossen
desk-answers-until = Bis
desk-answers-progress = Antworten bisher
desk-answers-lead = { $yes_s } ja, { $no_s } nein, von { $n_s } Gefragten.
desk-answers-enter = Antworten eintragen
desk-answers-codes = Codes der Briefe
desk-answers-codes-hint = Einer je Zeile: die 26 Zeichen. Ein Tippfehler fällt auf.
desk-answers-answer = Die Antwort
desk-answers-yes = Ja, kommt
desk-answers-no = Nein, sagt ab
desk-answers-go = Eintragen
desk-answers-imported = { $n ->
    [one] { $n_s } Antwort eingetragen.
   *[other] { $n_s } Antworten eingetragen.
}
desk-answers-silent = Zu erinnern
desk-answers-silent-text = { $n ->
    [one] { $n_s } Person hat nicht geantwortet.
   *[other] { $n_s } Personen haben nicht geantwortet.
}
desk-answers-reminders = Liste für Erinnerungen, mit allen Spalten (CSV)
desk-answers-refusals = { $n ->
    [one] { $n_s } Absage: den Sitz besetzen
   *[other] { $n_s } Absagen: die Sitze besetzen
}
desk-answers-all = { $n ->
    [one] { $n_s } Antwort, nach Nummer auf der Liste
   *[other] { $n_s } Antworten, nach Nummer auf der Liste
}

desk-seats-lead = Wer absagt oder geht, gibt einen Sitz ab, öffentlich und ohne Namen. Wer nachrückt, entscheidet die Regel in den Bedingungen und niemand hier.
desk-seats-refused = Personen, die abgesagt haben
desk-seats-none-refused = Niemand, der einen Sitz hat, hat abgesagt.
desk-seats-other = Ein anderer Sitz
desk-seats-other-text = Für jemanden, der später geht. Die Nummer auf der Liste steht im Beleg der Person und in der Niederschrift.
desk-seats-place = Nummer auf der Liste
desk-seats-why = Warum
desk-seats-beacon = Zeit, falls eine neue Runde des Zufallssenders entscheidet
desk-seats-beacon-text = Nur, wenn die Bedingungen es so sagen. Der erste Wert zu dieser Zeit oder danach entscheidet, wer nachrückt.
desk-seats-beacon-use = Eine neue Runde des Zufallssenders entscheidet
desk-seats-beacon-at = Zeit des Nachrückens
desk-seats-go = Schreiben, zum Unterschreiben
desk-rotation-lead = Ein Teil eines Rats wechselt, zum Beispiel ein Drittel: durch zwei gewöhnliche Auslosungen aus denen, die einen Sitz haben. Alle können prüfen, dass niemand eingeschleust wurde. Hier entsteht die Liste; danach bereiten Sie die Auslosung vor wie jede andere.
desk-rotation-what = Was wird ausgelost?
desk-rotation-leave = Wer ausscheidet
desk-rotation-leave-text = Aus denen, die jetzt einen Sitz dieser Auslosung haben. Wer schon durch eine frühere Rotation ausschied, bleibt unten weg.
desk-rotation-enter = Wer eintritt
desk-rotation-enter-text = Aus denen, die einen Sitz dieser Auslosung haben, zum Beispiel einer Versammlung. Wer schon im Rat sitzt oder saß, bleibt unten weg.
desk-rotation-seats = Wie viele
desk-rotation-seats-hint = { $n ->
    [one] { $n_s } Person hat einen Sitz.
   *[other] { $n_s } Personen haben einen Sitz.
}
desk-rotation-gone = Weggelassen wird, wer bei diesen Auslosungen einen Sitz hat oder hatte
desk-rotation-gone-hint = Nur Auslosungen, deren Listen mit dieser verbunden sind, kommen in Frage.
desk-rotation-title = Titel der neuen Auslosung
desk-rotation-go = Liste machen und Auslosung vorbereiten
desk-rotation-made = Die Liste ist gemacht. Sehen Sie die Regeln durch.

desk-complaints-closed = Noch werden keine Beschwerden angenommen. Bis wann darf man sich beschweren?
desk-complaints-until = Beschwerden werden angenommen bis
desk-complaints-open = Beschwerden annehmen
desk-complaints-move = Das Ende verschieben
desk-complaints-is-open = Offen
desk-complaints-is-closed = Geschlossen
desk-complaints-lead = { $n ->
    [0] Keine Beschwerde wartet auf eine Antwort.
    [one] { $n_s } Beschwerde wartet auf eine Antwort.
   *[other] { $n_s } Beschwerden warten auf eine Antwort.
}
desk-complaints-text = Was die Beschwerde sagt
desk-complaints-text-hint = Es bleibt bei Ihnen. Es wird nicht veröffentlicht.
desk-complaints-enter = Beschwerde eintragen
desk-complaints-answer = Antwort
desk-complaints-answer-go = Antwort speichern
desk-complaints-ruling = Ist sie berechtigt?
desk-complaints-annul = Wenn das Ergebnis fallen muss: annullieren
desk-ruling-rejected = Zurückgewiesen
desk-ruling-upheld = Stattgegeben

desk-change-lead = Was im Protokoll steht, bleibt dort. Eine Änderung kommt dazu, zwei Mitglieder unterschreiben sie, und alle sehen sie.
desk-change-nothing = Nichts davon ist jetzt möglich.
desk-change-postponement = Verschieben
desk-change-postponement-text = Die Auslosung findet später statt. Wie oft sie verschoben wurde, wird gezählt und gezeigt.
desk-change-void = Aufgeben
desk-change-void-text = Die Auslosung findet nicht statt. Ein neuer Versuch zum selben Zweck zählt als der nächste. Ist die Runde des Zufallssenders da, so wird eine Auslosung, die noch durchgeführt werden kann, stattdessen ausgelost; ihr Ergebnis kann dann annulliert werden.
desk-change-annulment = Annullieren
desk-change-annulment-text = Nach einer Beschwerde, der stattgegeben wurde, oder wenn ein Gericht es sagt.
desk-change-erasure = Löschen
desk-change-erasure-text = Wenn alles vorbei ist: Schlüssel der Liste, Zeilen und Tabelle werden vernichtet. Laden Sie vorher herunter, was Sie aufbewahren müssen.
desk-change-at = Neue Zeit
desk-change-why = Warum
desk-change-write = Schreiben, zum Unterschreiben
