# Pages publiques, français. Des phrases courtes, qui ne disent pas plus que ce qui a été vérifié.
# $x est un nombre ou un texte ; $x_s est le même nombre, groupé pour la lecture.

month-1 = janvier
month-2 = février
month-3 = mars
month-4 = avril
month-5 = mai
month-6 = juin
month-7 = juillet
month-8 = août
month-9 = septembre
month-10 = octobre
month-11 = novembre
month-12 = décembre
moment = { $day }, { $clock } UTC

# Cadre
skip = Aller au contenu
nav-label = Menu principal
nav-menu = Menu
nav-draws = Tirages
nav-log = Journal
nav-how = Comment ça marche
nav-proof = Ce que cela prouve
nav-verify = Vérifier
lang-label = Langue
search-label = Chercher un tirage, une empreinte ou une étape
search-go = Chercher
footer-line = Tiré au sort de façon que chacun puisse vérifier. Le journal de ce site : { $origin }.
footer-feed = Flux
footer-desk = Pour les organisateurs
footer-privacy = Ce site ne dépose aucun cookie, n’interroge personne d’autre et ne compte pas ses visiteurs.

rehearsal-title = Répétition : ne prouve rien.
rehearsal-text = Une seule personne détient la clé de la balise utilisée ici et peut connaître chaque résultat d’avance. Ce tirage montre comment cela se passe ; il ne décide rien.

# États
state-announced = Annoncé
state-sealed = Scellé
state-overdue = En retard
state-drawn = Tiré
state-vacated = Sièges à pourvoir
state-voided = Abandonné avant le tirage
state-cancelled = Annulé avant le tirage
state-abandoned = Abandonné
state-annulled = Invalidé

# Accueil
home-title = Tirages au sort
home-lead = Ici, on tire au sort de façon que chacun puisse vérifier : personne, pas même l’organisateur, ne peut connaître ni orienter le résultat.
home-coming = Tirages à venir
home-past = Tirages passés
home-none = Aucun tirage n’est encore annoncé.
home-when = { $when }
home-people = { $n ->
    [one] { $n_s } personne dans l’urne
   *[other] { $n_s } personnes dans l’urne
}
home-seats = { $n_s } par tirage au sort
home-organisers = Organisateurs
home-log = Le journal
home-log-ok = { $n ->
    [one] Le journal compte { $n_s } étape. Il accepte de nouvelles étapes, et son dernier état est signé.
   *[other] Le journal compte { $n_s } étapes. Il accepte de nouvelles étapes, et son dernier état est signé.
}
home-log-stopped = Le journal n’accepte pas de nouvelle étape en ce moment. Tout ce qu’il contient peut être lu et vérifié. L’exploitant sait que faire.
home-letter = Vous avez reçu une lettre ?
home-letter-text = Tapez son code ou ouvrez son lien, et voyez si vous étiez dans l’urne, avec quelles données, et si vous avez été tiré(e) au sort. Seul votre navigateur regarde ; rien de vous n’est envoyé.
home-letter-go = Vérifier ma lettre

# Verdicts d’une page de tirage
verdict-drawn = Tiré au sort. Toutes les vérifications sont réussies.
verdict-drawn-sub = { $drawn ->
    [one] { $drawn_s } personne sur { $people_s } a été tirée au sort.
   *[other] { $drawn_s } personnes sur { $people_s } ont été tirées au sort.
}
verdict-incomplete = Tiré au sort. Rien n’est réfuté, mais tout n’a pas pu être vérifié.
verdict-refuted = Ne vous fiez pas à ce résultat : une vérification a échoué.
verdict-refuted-sub = Échec : { $checks }.
verdict-unchecked = Tiré au sort. Ce serveur n’a pas vérifié le résultat ; vérifiez-le vous-même.
verdict-sealed = Scellé. Personne ne peut plus changer ni l’urne ni les règles, et personne ne connaît encore le résultat.
verdict-sealed-sub = { $seats ->
    [one] { $seats_s } personne sur { $people_s } sera tirée au sort.
   *[other] { $seats_s } personnes sur { $people_s } seront tirées au sort.
}
verdict-overdue = En retard : le résultat devrait être là, et il n’y est pas.
verdict-announced = Annoncé. L’urne et les règles ne sont pas encore scellées.
verdict-cancelled = Annulé avant que quiconque puisse connaître le résultat.
verdict-abandoned = Abandonné après que le résultat a pu être connu. Ce que le sort a donné reste visible.
verdict-annulled = Invalidé après le tirage. Ce qui a été tiré reste visible.
verdict-vacated = Tiré au sort. Des sièges se sont libérés et sont à pourvoir.
verdict-by = Vérifié par ce serveur, avec le même programme que vous pouvez lancer. Ne le croyez pas sur parole : vérifiez vous-même.
verdict-unwitnessed = Pas de témoins : que tous voient le même journal, et que le scellé ait été posé à temps, seul l’exploitant l’affirme.
verdict-witnessed = { $n ->
    [one] { $n_s } témoin indépendant a vu le scellé avant que la valeur de la balise n’existe.
   *[other] { $n_s } témoins indépendants ont vu le scellé avant que la valeur de la balise n’existe.
}
verdict-limits = Impossible à prouver : que le registre était complet, que personne n’y figure deux fois, qu’un refus était réel, qui est venu.

# Données
fact-organiser = Organisateur
fact-date = Date
fact-announced-for = Annoncé pour
fact-pool = Urne
fact-pool-value = { $n ->
    [one] { $n_s } personne
   *[other] { $n_s } personnes
}
fact-seats = Par tirage au sort
fact-seats-value = { $reserves ->
    [0] { $seats_s }, sans réserve
    [one] { $seats_s }, et { $reserves_s } réserve
   *[other] { $seats_s }, et { $reserves_s } réserves
}
fact-chance = Chance
fact-attempt = Tentative
fact-attempt-value = { $postponed ->
    [0] numéro { $attempt_s }, jamais reportée
    [one] numéro { $attempt_s }, reportée une fois
   *[other] numéro { $attempt_s }, reportée { $postponed_s } fois
}
fact-not-drawn = Pas par tirage au sort
fact-not-drawn-value = { $n_s } : { $why }
fact-table-reason = Tableau publié bien que des personnes y soient seules
fact-method = Méthode
method-equal = la même chance pour tous
method-households = la même chance pour tous, au plus une personne par ménage
method-stratified = par groupes ({ $columns }), la même chance pour tous dans un groupe
method-panels = l’un de { $n_s } panels, publiés d’avance, qui respectent tous les quotas

chance-equal = la même pour tous : 1 sur { $per } ({ $percent })
chance-households = environ 1 sur { $per } ({ $percent }) ; moins pour ceux qui vivent avec d’autres personnes de l’urne
chance-stratified = la même dans chaque groupe ; de 1 sur { $least } à 1 sur { $most } selon le groupe
chance-panels-same = la même pour tous : dans { $min_s } panels sur { $panels_s } ({ $percent })
chance-panels = celle de chacun est publique : dans { $min_s } à { $max_s } panels sur { $panels_s } ({ $low } à { $high })

# Actions
act-verify = Vérifier dans le navigateur
act-bundle = Télécharger la preuve
act-letter = Vérifier ma lettre
act-press = Pour la presse
act-live = Suivre en direct
act-minutes = Procès-verbal
act-follow = Suivre
act-copy = Copier
act-copied = Copié

# Chronologie
timeline = Ce qui s’est passé
timeline-announced = { $organiser } a annoncé le tirage pour le { $when }.
timeline-postponed = { $organiser } a reporté le tirage au { $when }.
timeline-sealed = { $signers ->
    [one] L’urne et les règles ont été scellées avec { $signers_s } signature. À partir d’ici, personne ne peut plus les changer.
   *[other] L’urne et les règles ont été scellées avec { $signers_s } signatures de personnes différentes. À partir d’ici, personne ne peut plus les changer.
}
timeline-witnessed = { $n ->
    [one] { $n_s } témoin a cosigné le scellé.
   *[other] { $n_s } témoins ont cosigné le scellé.
}
timeline-unwitnessed = Aucun témoin n’a cosigné le scellé : son heure est la parole de l’exploitant.
timeline-beacon = Une balise publique que personne ne contrôle a publié la ronde { $round_s }. Avant cet instant, personne ne pouvait connaître le résultat.
timeline-beacon-coming = Une balise publique que personne ne contrôle publiera la ronde { $round_s }. Avant cela, personne ne peut connaître le résultat.
timeline-beacon-rehearsal = Ronde { $round_s } d’une balise de répétition dont une seule personne détient la clé. Elle ne prouve rien.
timeline-drawn = La valeur de la balise a décidé qui est tiré au sort. Le résultat a été signé et inscrit au journal.
timeline-corrected = Un résultat corrigé a été inscrit ; le précédent reste visible.
timeline-vacated = { $n ->
    [one] { $n_s } siège s’est libéré : numéro { $who }.
   *[other] { $n_s } sièges se sont libérés : numéros { $who }.
}
timeline-replaced = { $n ->
    [0] Il ne restait personne pour suivre ; les sièges restent vides.
    [one] Selon la règle scellée, { $n_s } personne a suivi : numéro { $who }.
   *[other] Selon la règle scellée, { $n_s } personnes ont suivi : numéros { $who }.
}
timeline-voided = Le tirage a été abandonné : { $reason }.
timeline-annulled = Le résultat a été invalidé : { $reason }.
timeline-erased = La clé, les lignes et le tableau de l’urne ont été détruits, comme la loi l’exige. Le scellé, la balise et les billets restent vérifiables.
timeline-other = { $kind }.
step-opened = Journal ouvert
step-key = Clé du journal changée
step-closed = Journal clos
step-organiser = Organisateur inscrit
step-announced = Annoncé
step-sealed = Scellé
step-drawn = Tiré
step-vacated = Sièges libérés
step-replaced = Sièges pourvus
step-voided = Abandonné
step-annulled = Invalidé
step-erased = Données détruites
timeline-evidence = Étape { $seq_s } du journal
timeline-round = La signature de la ronde est dans l’étape { $seq_s } du journal
reason-cancelled = annulé
reason-pool_error = une erreur dans l’urne
reason-terms_error = une erreur dans les règles
reason-beacon_lost = la balise n’a pas publié sa ronde
reason-court = une décision de justice
reason-no_quorum = trop peu de témoins ont vu le scellé à temps
reason-complaint = une plainte fondée
leave-declined = refus
leave-not_eligible = ne remplit pas les conditions
leave-ended = fin de mandat

# Personnes
people-drawn = Tirés au sort
people-panel = Le panel numéro { $n_s } a été tiré.
people-reserves = Réserves, dans l’ordre
people-seated = Siègent maintenant
people-show = { $n ->
    [one] Montrer { $n_s } numéro
   *[other] Montrer les { $n_s } numéros
}
people-note = Les numéros désignent des personnes dans l’urne scellée. Chacun trouve le sien avec sa lettre ; personne d’autre ne peut dire de qui il s’agit.

# Graphiques
charts = Est-ce un reflet de la population ?
charts-note = Comment se répartissent l’urne et les personnes tirées. Les traits marquent ce que les règles exigeaient.
chart-value = Valeur
chart-earlier = Urne précédente
chart-pool = Urne
chart-drawn = Tirés
chart-quota = Exigé
chart-quota-value = { $min_s } à { $max_s }
chart-share = { $n_s } ({ $percent })
chart-table = La même chose en tableau
chart-more = { $n ->
    [one] { $n_s } autre valeur dans le tableau
   *[other] { $n_s } autres valeurs dans le tableau
}
charts-erased = Les données de ces graphiques ont été détruites, comme la loi l’exige.

# Questions
questions = Dix questions
q-who = Qui a tiré au sort ?
a-who = { $organiser } a fixé les règles. Personne n’a tiré à la main : la valeur d’une balise publique a décidé.
q-beacon = Qui gère la balise ?
a-beacon = drand, un réseau d’organisations indépendantes. Aucune ne peut seule connaître ni choisir ses valeurs. Ce tirage a utilisé la ronde { $round_s }.
a-beacon-rehearsal = Une balise de répétition dont une seule personne détient la clé. Ce tirage ne décide rien.
q-when = Quand pouvait-on connaître le résultat ?
a-when = Pas avant le { $when }, quand la balise a publié sa valeur. L’urne et les règles ont été scellées le { $sealed }.
a-when-coming = Pas avant le { $when }.
a-when-open = Pas avant l’heure annoncée, le { $when }.
q-steer = L’organisateur pouvait-il l’orienter ?
a-steer = Non. Après le scellé, tout nom, toute règle ou tout ordre changé donnerait une autre empreinte, et chaque vérification échouerait. La valeur n’existait pas au moment du scellé.
a-steer-unwitnessed = Pas après le scellé : tout nom ou toute règle changés donneraient une autre empreinte. Que le scellé ait précédé la valeur de la balise, seule l’horloge de l’exploitant le montre, car aucun témoin indépendant ne l’a vu.
a-steer-rehearsal = Oui : qui détient la clé de la balise de répétition pouvait connaître chaque résultat d’avance, et choisir.
q-repeat = A-t-on recommencé ?
a-repeat-no = Non. C’est, dans ce journal, la première tentative pour ce but.
a-repeat-yes = C’est la tentative numéro { $attempt_s } pour ce but. Les précédentes restent visibles sur la page de l’organisateur.
a-repeat-postponed = { $n ->
    [one] Elle a été reportée une fois.
   *[other] Elle a été reportée { $n_s } fois.
}
q-pool = Parmi qui ?
a-pool = { $people ->
    [one] Parmi { $people_s } personne, dont la liste est fixée par l’empreinte { $root }.
   *[other] Parmi { $people_s } personnes, dont la liste est fixée par l’empreinte { $root }.
}
a-pool-from = { $people ->
    [one] Parmi { $people_s } personne tirée au sort lors d’un tirage précédent ({ $from }) ; personne d’autre ne pouvait s’y glisser.
   *[other] Parmi { $people_s } personnes tirées au sort lors d’un tirage précédent ({ $from }) ; personne d’autre ne pouvait s’y glisser.
}
q-chance = Quelle était la chance de chacun ?
a-chance = { $chance }.
q-replace = Et si quelqu’un refuse ?
a-replace-none = Personne ne suit. La place reste vide.
a-replace-rank = Suit la personne suivante dans l’ordre donné par le même tirage. Cet ordre était fixé par le tirage.
a-replace-beacon = Une nouvelle valeur de la balise, qui n’existe pas encore quand le siège se libère, décide qui suit.
q-me = Étais-je dans l’urne ?
a-me = Avec le code ou le lien de votre lettre, vous voyez vos propres données et votre billet, dans votre seul navigateur.
q-trust = À qui dois-je faire confiance ?
a-trust = Pas à ce serveur : la preuve se vérifie sans réseau. Que le registre était complet et juste, personne ne peut le prouver de l’extérieur.
a-open = Ce sera fixé quand l’urne et les règles seront scellées.

# Vérifications
checks = Chaque vérification
checks-note = Avec les noms de la spécification. « Sans objet » veut dire que ce tirage n’a rien de tel.
check-passed = réussi
check-failed = échec
check-skipped = impossible
check-na = sans objet
check-asked = Ce qui est vérifié : { $what }
check-format = La preuve est complète et bien formée
check-log-signature = Le journal l’a signée
check-log-inclusion = Chaque étape est dans le journal
check-log-chain = Les étapes suivent les règles, dans l’ordre
check-log-consistency = Les anciens états du journal n’ont été que complétés
check-log-witnesses = Des témoins indépendants ont cosigné le journal
check-organiser-keys = Les clés de l’organisateur sont en ordre
check-terms-signatures = Assez de membres ont signé les règles
check-terms-attempts = Tentatives et reports sont tous comptés
check-time-round = La ronde découle de l’heure annoncée
check-time-sealed = Le scellé précède la valeur de la balise
check-time-tokens = Horodatages d’autorités extérieures
check-beacon-signature = La valeur de la balise est authentique
check-pool-table = Le tableau publié est bien l’urne scellée
check-pool-from = Tous viennent du tirage précédent
check-panels-quotas = Chaque panel respecte chaque quota
check-panels-counts = Chacun figure dans autant de panels que promis
check-panels-certificate = L’équité de la liste de panels
check-draw-outcome = Le résultat est celui que donne la valeur de la balise
check-replacements-rule = Les suivants sont ceux que désigne la règle
check-voids = Rien n’a été abandonné en secret
checks-count = { $failed ->
    [0] { $passed_s } réussies, aucun échec
   *[other] { $passed_s } réussies, { $failed_s } en échec
}

# Refaire le calcul
repro = Vérifier sur votre ordinateur
repro-text = Téléchargez la preuve et le programme, et vérifiez sans ce serveur. Le fichier contient tout ; il ne faut pas de réseau.
repro-program = Le programme qui fonctionne dans tout navigateur, aussi depuis un disque et sans réseau. Comparez son empreinte avec ce que d’autres publient :
repro-trust = Le fichier de confiance nomme les clés du journal. Prenez-le chez quelqu’un que vous croyez, pas sur cette page.
repro-hashes = Empreintes
hash-pool = Urne
hash-terms = Règles
hash-outcome = Résultat
hash-seal = Scellé (étape { $seq_s })
hash-beacon = Valeur de la balise

# Presse
press-title = Pour la presse : { $title }
press-lead = Tout ce qui est sur cette page est libre d’utilisation (CC0).
press-cite = Un paragraphe à citer
press-paragraph = { $drawn ->
    [one] Pour « { $title } », { $drawn_s } personne sur { $people_s } a été tirée au sort le { $date }. { $organiser } avait scellé l’urne et les règles d’avance (empreinte { $root }) ; la ronde { $round } de la balise publique drand, que personne ne contrôle, a décidé. Chacun peut vérifier le résultat (empreinte { $outcome }).
   *[other] Pour « { $title } », { $drawn_s } personnes sur { $people_s } ont été tirées au sort le { $date }. { $organiser } avait scellé l’urne et les règles d’avance (empreinte { $root }) ; la ronde { $round } de la balise publique drand, que personne ne contrôle, a décidé. Chacun peut vérifier le résultat (empreinte { $outcome }).
}
press-paragraph-rehearsal = { $drawn ->
    [one] Répétition pour « { $title } » le { $date } par { $organiser } : { $drawn_s } personne inventée sur { $people_s }. Une balise de répétition a décidé (ronde { $round }) ; cela ne prouve rien (urne { $root }, résultat { $outcome }).
   *[other] Répétition pour « { $title } » le { $date } par { $organiser } : { $drawn_s } personnes inventées sur { $people_s }. Une balise de répétition a décidé (ronde { $round }) ; cela ne prouve rien (urne { $root }, résultat { $outcome }).
}
press-not-drawn = Il n’y a encore rien à citer : ce tirage n’a pas de résultat.
press-csv = Chiffres des quotas (CSV)
press-picture = Image (SVG)
press-embed = Montrer l’état sur votre propre page
press-embed-text = Copiez cette ligne. Elle charge une petite page sans script ni cookie, qui montre l’état du tirage.
press-badge = Ou un badge :
press-ask = Que demander à l’organisateur
press-ask-1 = Qui a fait la liste, à partir de quel registre, et qui en a été écarté ?
press-ask-2 = Qui a cherché les doublons ?
press-ask-3 = Combien ont refusé, et comment est-ce consigné ?

# Organisateur
organiser-title = Tirages : { $name }
organiser-lead = Chaque tirage annoncé, scellé, tiré, répété ou abandonné de cet organisateur est ici. Aucun ne peut être retiré.
organiser-keys = { $n ->
    [one] { $threshold_s } clé sur { $n_s } doit signer chaque décision.
   *[other] { $threshold_s } clés sur { $n_s } doivent signer chaque décision.
}
organiser-attempts = Tentatives
organiser-postponed = Reportés
organiser-voids = Abandonnés
organiser-purpose = But : { $purpose }
organiser-count-attempts = { $n ->
    [one] { $n_s } tentative
   *[other] { $n_s } tentatives
}
organiser-count-postponed = { $n ->
    [0] jamais reporté
    [one] reporté une fois
   *[other] reporté { $n_s } fois
}
organiser-count-voids = { $n ->
    [0] aucun abandonné
    [one] { $n_s } abandonné
   *[other] { $n_s } abandonnés
}
organiser-state = État

# Journal
log-title = Le journal
log-lead = Chaque étape est signée et prise dans une chaîne d’empreintes qui ne peut que croître. Chacun peut la récupérer en entier.
log-size = { $n ->
    [one] { $n_s } étape
   *[other] { $n_s } étapes
}
log-root = Racine
log-key = Clé du journal
log-step = Étape
log-time = Heure
log-what = Quoi
log-draw = Tirage
log-older = Étapes plus anciennes
log-newer = Étapes plus récentes
log-step-title = Étape { $n_s }
log-step-hash = Empreinte de cette étape
log-step-prev = Empreinte de l’étape précédente
log-step-text = L’étape, octet par octet
log-checkpoint = Dernier état signé (checkpoint)
log-files = Pour les vigies : checkpoint, tuiles et artefacts sont aux adresses de C2SP tlog-tiles.

# Recherche
search-title = Recherche
search-none = Rien pour « { $query } ». Cherchez le nom d’un tirage, une empreinte de 64 chiffres ou le numéro d’une étape.
search-found = { $n ->
    [one] { $n_s } résultat
   *[other] { $n_s } résultats
}
search-artifact = Un fichier publié
search-step = Une étape du journal
search-draw = Un tirage
search-pool = L’urne d’un tirage
search-result = Le résultat d’un tirage

# Cérémonie
live-title = En direct : { $title }
live-wait = La valeur de la balise paraît le
live-countdown = Temps restant
live-now = La valeur est là. Le résultat se calcule.
live-done = Tiré
live-not-sealed = L’urne et les règles ne sont pas encore scellées.
live-place = Numéro #
live-panel = Panel #
live-ticket = Billet
live-explain = Le billet de chacun est un nombre qui découle de la valeur de la balise. Les billets les plus bas gagnent.
live-explain-panels = Le billet de chaque panel est un nombre qui découle de la valeur de la balise. Le billet le plus bas gagne.
live-all = Tout montrer d’un coup
live-more = Autres personnes tirées au sort, sur la page du tirage : #
live-noscript = Le compte à rebours a besoin de JavaScript. Le résultat est sur la page du tirage.
live-back = Vers la page du tirage

# Procès-verbal
minutes-title = Procès-verbal du tirage au sort
minutes-of = { $title }
minutes-text-sealed = { $people ->
    [one] Le { $sealed }, { $organiser } a scellé une urne de { $people_s } personne et les règles de ce tirage. L’empreinte de l’urne est { $root } ; celle des règles est { $terms }.
   *[other] Le { $sealed }, { $organiser } a scellé une urne de { $people_s } personnes et les règles de ce tirage. L’empreinte de l’urne est { $root } ; celle des règles est { $terms }.
}
minutes-text-drawn = Le { $when }, la ronde { $round } de la balise a décidé. { $drawn ->
        [one] { $drawn_s } personne a été tirée au sort
       *[other] { $drawn_s } personnes ont été tirées au sort
    }{ $reserves ->
        [0] , sans réserve.
        [one] , et { $reserves_s } comme réserve.
       *[other] , et { $reserves_s } comme réserves.
    } L’empreinte du résultat est { $outcome } ; c’est l’étape { $seq } du journal { $origin }.
minutes-text-open = Ce tirage n’a pas encore de résultat.
minutes-proves = Cela prouve que l’urne et les règles étaient fixées avant que la valeur de la balise n’existe, et que cette valeur seule a décidé. Cela ne prouve pas que le registre était complet, que personne n’y figure deux fois, qu’un refus était réel, ni qui est venu.
minutes-proves-rehearsal = C’était une répétition. Elle ne prouve rien.
minutes-witnesses = Présents au tirage
minutes-witnesses-hint = Les noms, un par ligne. Ils restent dans votre navigateur et sont imprimés sur la feuille.
minutes-signature = Lieu, date, signature
minutes-print = Imprimer
minutes-pdf = PDF
minutes-page = Page { $n } sur { $all }
minutes-first = Les { $shown_s } premiers sur { $n_s } ; tous figurent sur la page du tirage.
minutes-names = Noms
minutes-qr = Page de ce tirage
minutes-drawn = Numéros tirés au sort
minutes-seated = Numéros de ceux qui siègent maintenant
minutes-reserves = Numéros de réserve, dans l’ordre

# Vérifier la lettre
check-title = Vérifier ma lettre
check-lead = Choisissez le tirage que nomme votre lettre, puis tapez son code ou collez son lien. Seul ce navigateur regarde ; rien de vous n’est envoyé.
check-choose = Choisissez le tirage que nomme votre lettre
check-noscript = Cette vérification a besoin de JavaScript, car seul votre navigateur peut voir vos données. Sans lui, demandez à la maison communale : on peut vous imprimer la même chose.

# Comment ça marche
how-title = Comment ça marche
how-lead = En trois minutes, sans mathématiques.
how-1 = 1. La liste est fixée
how-1-text = L’organisateur prend la liste des personnes et en calcule un seul nombre court, l’empreinte. Changez une lettre d’un nom, et l’empreinte est autre. L’empreinte est publiée ; les noms ne le sont pas.
how-2 = 2. Les règles sont scellées
how-2-text = Combien de personnes, selon quelles règles, et quelle valeur future de la balise décide : deux personnes le signent, et c’est inscrit dans un journal qui ne peut que croître. Dès lors, personne ne peut rien changer sans que cela se voie.
how-3 = 3. La balise décide
how-3-text = Toutes les quelques secondes, un réseau d’organisations indépendantes publie une valeur aléatoire. Personne ne peut la connaître d’avance. De la valeur annoncée découle le billet de chacun, et les billets les plus bas gagnent.
how-4 = 4. Chacun peut vérifier
how-4-text = La preuve d’un tirage est un seul fichier. Votre navigateur, ou un programme sur votre ordinateur, recalcule tout. Si un seul bit est faux, il dit quelle vérification échoue.
how-5 = Et si cela tourne mal ?
how-5-text = Un tirage abandonné ou répété reste visible de tous dans le journal, avec le résultat que le sort a donné.

# Ce que cela prouve
proof-title = Ce que cela prouve, et ce que cela ne prouve pas
proof-yes = Cela prouve
proof-yes-1 = que l’urne et les règles étaient fixées avant que la valeur décisive n’existe ;
proof-yes-2 = que cette valeur seule a décidé, et que personne ne pouvait connaître ni orienter le résultat ;
proof-yes-3 = que chaque étape est dans un journal qui ne fait que croître, si bien qu’aucun tirage n’est répété en silence ;
proof-yes-4 = à chacun : qu’il était dans l’urne, et avec quelles données.
proof-no = Cela ne peut pas prouver
proof-no-1 = que le registre était complet ;
proof-no-2 = que personne n’y figure deux fois (qui peut voir la liste peut le vérifier) ;
proof-no-3 = qu’un refus était réel ;
proof-no-4 = qui est venu le jour même.
proof-if = Seulement avec des témoins
proof-if-text = Que tous voient le même journal, et que le scellé ait été posé à temps, d’autres doivent le voir. Là où il n’y a pas eu de témoins, la page du tirage le dit.
proof-break = Ce qui le briserait
proof-break-text = Si plus d’exploitants de la balise que son seuil conspiraient, ils connaîtraient un résultat plus tôt. Ils ne pourraient toujours pas changer l’urne.
proof-receipt = Puis-je montrer mon reçu ?
proof-receipt-text = Oui, il est à vous. Qui l’a, ou qui a le code de votre lettre, peut vérifier que vous étiez dans l’urne, et lit tout ce que la liste dit de vous, comme le nom et la rue. Montrez-le à ceux qui peuvent le savoir, et ne le publiez pas.

# Erreurs
error-404 = Cette page n’existe pas
error-404-text = L’adresse a peut-être été coupée. Tous les tirages sont sur la première page.
error-429 = Trop de demandes depuis votre réseau
error-429-text = Beaucoup de monde demande ici au même moment. Attendez une minute et rechargez la page.
error-500 = Cette page ne peut pas être montrée en ce moment
error-500-text = Le journal est intact. Réessayez dans un instant.

# Flux, encart
feed-title = Tirages : { $origin }
widget-more = Preuves
badge-label = tirage au sort
