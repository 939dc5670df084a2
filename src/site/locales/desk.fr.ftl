# Le bureau des organisateurs, français. Pour une secrétaire communale : phrases courtes, pas de jargon, et toujours la suite à donner.
# La partie dans le navigateur ne comprend que des textes, { $x }, { $n_s } et un choix par { $n -> … }.

desk-title = Bureau
desk-lead = Préparer un tirage, le signer à deux, et faire ce qui suit.
desk-noscript = Le bureau a besoin de JavaScript : votre clé de signature ne doit se trouver que dans votre propre navigateur. Tout se fait aussi avec la commande klero ou par l’API.
desk-rehearsal = Les tirages utilisent ici une balise d’exercice. Essayez tout ; rien de ce qui est tiré ici ne compte.
desk-public = Pages publiques
desk-footer = Se connecter pose un seul cookie, qui prend fin après douze heures. Votre clé reste dans ce navigateur. Rien n’est demandé à personne d’autre.

desk-nav-keys = Clés
desk-nav-people = Personnes
desk-nav-account = Compte
desk-back-home = Tous les tirages
desk-again = Réessayer
desk-copy = Copier
desk-copy-of = Copier : { $what }
desk-copy-command = commande
desk-copy-invitation = invitation
desk-copy-no = Ce navigateur ne permet pas de copier. Le texte est sélectionné : copiez-le avec Ctrl+C.
desk-copied = Copié.
desk-lost-title = Cette page n’existe pas
desk-lost-text = L’adresse a peut-être été coupée.
desk-session-over = Vous avez été déconnecté, car la session a pris fin. Rien n’est perdu : connectez-vous et continuez.
desk-session-back = Vous êtes de nouveau connecté. Ce que vous aviez saisi est encore là : envoyez-le encore une fois.
desk-leave-unsent = Ce que vous avez saisi ici n’est pas encore envoyé. Quitter quand même ?

desk-problem-title = Cela n’a pas marché
desk-problem-fault = Cette page a une erreur. Rechargez-la ; si cela se répète, dites-le à l’exploitant.
desk-problem-other = Le service a refusé.
desk-problem-network = Le service est injoignable. Vérifiez votre connexion et réessayez : rien n’est fait deux fois.
desk-problem-unauthenticated = L’identifiant, le mot de passe ou le code ne conviennent pas.
desk-problem-forbidden = Votre compte n’y est pas autorisé.
desk-problem-not-found = Cela n’est pas ici, ou pas pour vous.
desk-problem-refused = Ce n’est pas possible maintenant.
desk-problem-invalid = Quelque chose n’est pas correct.
desk-problem-stale = Quelqu’un l’a modifié entre-temps. Rechargez la page, puis faites votre modification.
desk-problem-too-many-requests = Trop d’essais. Attendez une minute, puis réessayez.
desk-problem-too-large = C’est trop grand.
desk-problem-unavailable = Le service ne le peut pas pour l’instant. Réessayez dans un moment : rien n’est fait deux fois.
desk-problem-internal = Le service a failli. Réessayez : rien n’est fait deux fois.
desk-problem-csrf = Cette page est périmée. Rechargez-la.
desk-problem-passwords-differ = Les deux mots de passe diffèrent.
desk-problem-file-kind = Choisissez un fichier dont le nom finit par .csv ou .xlsx.
desk-problem-one-id = Une seule colonne distingue les personnes. Donnez à une colonne, et à une seule, le rôle « distingue les personnes ».
desk-problem-no-quota = Utilisez les quotas d’au moins une colonne.
desk-problem-no-code = Saisissez au moins un code.
desk-problem-no-seat = Choisissez au moins un siège.
desk-problem-other-note = Ce n’est pas le texte à signer. Téléchargez-le à nouveau, signez-le tel quel, et collez-le en entier.
desk-problem-no-new-signature = Il ne contient aucune nouvelle signature. Signez d’abord le texte, puis collez-le.
desk-problem-no-proof = Ce n’est pas ce que klero keys claim affiche. Collez tout, de kleroterion à la dernière ligne.
desk-problem-unique-rows = Quelqu’un serait reconnaissable dans les colonnes publiées. Plus bas, sous « Certaines personnes sont seules », il est dit que faire.
desk-problem-infeasible = La liste des personnes ne suffit pas pour ces sièges.

desk-signin-title = Se connecter
desk-signin-lead = Pour celles et ceux qui préparent et signent des tirages. Pour les consulter, aucun compte n’est nécessaire.
desk-signin-login = Identifiant
desk-signin-password = Mot de passe
desk-signin-totp = Code du second facteur
desk-signin-totp-hint = Six chiffres de votre application d’authentification. Laissez vide si vous n’en avez pas configuré.
desk-signin-go = Se connecter
desk-signin-invited = J’ai été invité et n’ai pas encore de compte
desk-signin-lost = J’ai perdu mon mot de passe ou mon application
desk-signin-lost-text = Demandez à l’exploitant de fermer votre compte et de vous inviter à nouveau. Tirages, brouillons et signatures restent tels quels.
desk-signout = Se déconnecter

desk-accept-title = Accepter une invitation
desk-accept-lead = Une invitation crée un compte. Elle sert une fois, pendant une semaine.
desk-accept-secret = Invitation
desk-accept-secret-hint = Elle commence par invite_ et vient de la personne qui vous a invité.
desk-accept-name = Votre nom
desk-accept-name-hint = Vos collègues le voient. Il n’est pas publié.
desk-accept-password = Mot de passe
desk-accept-password-hint = Au moins 12 caractères. Plusieurs mots conviennent bien.
desk-accept-again = Le même mot de passe, encore une fois
desk-accept-go = Créer mon compte
desk-accept-signin = J’ai un compte

desk-account-title = Compte
desk-account-name = Nom
desk-account-role = Rôle
desk-account-organiser = Organisateur
desk-role-admin = Administration
desk-role-admin-text = Vous faites entrer les organisateurs et les personnes. Vous ne voyez ni brouillon, ni liste, ni personne d’une liste.
desk-role-organiser = Préparation
desk-role-organiser-text = Vous préparez les tirages, les signez, et faites ce qui suit.
desk-role-approver = Signature
desk-role-approver-text = Vous lisez ce qui est à signer, et le signez. Vous ne voyez aucune personne.
desk-role-auditor = Contrôle
desk-role-auditor-text = Vous lisez tout et ne modifiez rien.
desk-totp-title = Second facteur
desk-totp-text = Avec un second facteur, qui apprend votre mot de passe ne peut pas pour autant se connecter. Il vous faut une application d’authentification sur votre téléphone.
desk-totp-begin = Configurer un second facteur
desk-totp-scan = Scannez ceci avec l’application :
desk-totp-scan-alt = Code QR du second facteur
desk-totp-secret = Ou tapez ceci dans l’application (basé sur le temps, six chiffres), ou ouvrez le lien sur le téléphone :
desk-totp-open = Ouvrir dans l’application
desk-totp-code = Code qu’elle affiche maintenant
desk-totp-confirm = Activer
desk-totp-on = Le second facteur est activé.
desk-totp-off = Le second facteur est désactivé.
desk-totp-remove = Désactiver
desk-password-title = Changer le mot de passe
desk-password-old = Mot de passe actuel
desk-password-new = Nouveau mot de passe
desk-password-go = Changer
desk-password-done = Le mot de passe est changé. Toutes les autres sessions ont pris fin.

desk-home-title = Bureau
desk-home-admin = Vous faites entrer les organisateurs et leurs personnes. Ce sont eux qui préparent les tirages.
desk-home-not-enrolled = Avant le premier tirage : les clés
desk-home-not-enrolled-text = Deux personnes créent chacune une clé et les font inscrire au journal. Cela se fait une fois.
desk-home-keys = Vers les clés
desk-home-waiting = { $n ->
    [one] { $n_s } décision attend des signatures
   *[other] { $n_s } décisions attendent des signatures
}
desk-home-signed = { $n_s } signature(s) sur { $needed_s }
desk-home-yours = Vous n’avez pas encore signé.
desk-home-ready = Toutes les signatures sont là : la décision peut être déposée.
desk-home-others = Vous avez signé. D’autres le doivent encore.
desk-home-new = Nouveau tirage
desk-home-drafts = En préparation
desk-home-draft = Tirage prévu le { $at }
desk-home-draws = Tirages
desk-home-none = Aucun tirage n’est encore annoncé.

desk-people = { $n ->
    [one] { $n_s } personne
   *[other] { $n_s } personnes
}
desk-seats = { $n ->
    [one] { $n_s } siège
   *[other] { $n_s } sièges
}
desk-drawn = { $n ->
    [one] { $n_s } personne est tirée au sort
   *[other] { $n_s } personnes sont tirées au sort
}
desk-reserves = { $n ->
    [one] { $n_s } personne de réserve
   *[other] { $n_s } personnes de réserve
}
desk-days = { $n ->
    [one] { $n_s } jour
   *[other] { $n_s } jours
}
desk-place = Numéro { $n_s }
desk-overdue = En retard
desk-erased = Effacé
desk-rehearsal-draw = Répétition
desk-phase-announced = Annoncé
desk-phase-announced-text = Annoncé. Il faut maintenant sceller la liste et les règles, avant l’heure du tirage.
desk-phase-sealed = Scellé
desk-phase-sealed-text = Scellé. À l’heure annoncée, la balise décide ; personne n’a rien à faire.
desk-phase-drawn = Tiré
desk-phase-drawn-text = Tiré.
desk-phase-vacated = Sièges à pourvoir
desk-phase-vacated-text = Des sièges sont libres. À l’heure annoncée, la balise décide qui suit.
desk-phase-voided = Abandonné
desk-phase-voided-text = Abandonné avant le tirage. Cela reste visible.
desk-phase-annulled = Invalidé
desk-phase-annulled-text = Le résultat a été invalidé. Il reste visible.

desk-draw-not-announced = Ce tirage n’est pas encore annoncé.
desk-draw-go-on = Continuer la préparation
desk-draw-no-draft = Ce tirage n’a pas de brouillon ici : il a été annoncé autrement.
desk-draw-people = Personnes sur la liste
desk-draw-erase-by = À détruire avant le
desk-erase-now = À détruire maintenant
desk-erase-now-text = Le délai pendant lequel les données de ces personnes peuvent être conservées est passé. Une destruction demande deux signatures.
desk-draw-countdown = La balise décide dans
desk-draw-next = Ce que vous pouvez faire
desk-draw-public = Ce que tout le monde voit
desk-draw-public-page = Page de ce tirage
desk-draw-public-live = Vue de cérémonie, à projeter
desk-draw-public-minutes = Procès-verbal à imprimer, avec la place pour les noms des témoins
desk-draw-public-bundle = Preuve
desk-draw-public-press = Pour la presse
desk-go-results = Noms et lettres
desk-go-results-text = Fichiers des personnes tirées ; lettres avec un code de reçu pour chacune.
desk-go-answers = Réponses
desk-go-answers-text = Saisir les réponses avec le code de la lettre ; qui relancer.
desk-go-seats = Refus et remplacements
desk-go-seats-text = Libérer des sièges, et voir qui suit.
desk-go-rotation = Rotation
desk-go-rotation-text = Tirer au sort qui sort, ou qui de ce cercle entre dans un autre conseil.
desk-go-complaints = Réclamations
desk-go-complaints-text = Saisir les réclamations et y répondre, dans leur délai.
desk-go-change = Reporter, abandonner, invalider, effacer
desk-go-change-text = Chacun demande deux signatures, et tout le monde le voit.

desk-keys-title = Clés
desk-keys-lead = Ce qu’un organisateur décide est signé par deux personnes, chacune avec sa propre clé. Le service n’a jamais ces clés : la vôtre reste dans ce navigateur.
desk-keys-enrolled = { $n ->
    [one] La version { $version } de vos clés est en vigueur : { $n_s } clé, dont { $threshold_s } doivent signer.
   *[other] La version { $version } de vos clés est en vigueur : { $n_s } clés, dont { $threshold_s } doivent signer.
}
desk-keys-not-enrolled = Vos clés ne sont pas encore au journal.
desk-keys-not-enrolled-text = Créez une clé, demandez à une ou un collègue d’en créer une aussi, mettez-en une troisième sur papier ; puis faites-les inscrire ci-dessous.
desk-keys-recovery-waits = Une réinscription après perte de clés attend, publiquement. Elle est en vigueur à partir du
desk-keys-lost = Ce navigateur n’a aucune clé à vous.
desk-keys-lost-text = Ses données ont peut-être été effacées, ou vous avez utilisé un autre navigateur. Seule la clé est perdue : brouillons, listes et signatures se trouvent sur le serveur. Tant qu’assez d’autres ont leur clé, ils peuvent signer. Créez ici une nouvelle clé et faites-la inscrire par ceux dont les clés sont en vigueur ; ou signez avec votre clé sur papier.
desk-keys-all = Clés de votre organisateur
desk-keys-none = Aucune clé n’est encore enregistrée.
desk-key-in-force = En vigueur
desk-key-waits = Pas inscrite
desk-key-here = Dans ce navigateur
desk-key-elsewhere = Pas dans ce navigateur
desk-key-more = Montrer ou retirer
desk-key-remove = Retirer cette clé
desk-key-remove-text = Elle n’a jamais été inscrite, ou n’est plus en vigueur : la retirer est sans conséquence.
desk-key-remove-in-force = Au journal, elle est en vigueur : elle reste la vôtre jusqu’à ce qu’une inscription sans elle soit signée et au journal.
desk-key-left = Compte fermé
desk-key-left-text = Le compte auquel elle appartenait est fermé. Qui détient la clé peut l’enregistrer sous un autre compte ; les deux comptent alors pour une seule personne. Sinon, faites signer une inscription sans elle, puis retirez-la.
desk-key-removed = La clé est retirée.
desk-keys-make-title = Créer une clé dans ce navigateur
desk-keys-make-text = La clé est créée ici et ne peut être ni extraite, ni copiée, ni envoyée, pas même par cette page. Sa moitié publique est enregistrée pour vous. Si les données de ce navigateur sont effacées, la clé disparaît : c’est pourquoi une troisième clé a sa place sur papier.
desk-keys-role = Nom de la clé
desk-keys-role-hint = Il est public, sous la forme { $organiser }/nom. Petites lettres, chiffres et _ ; mieux vaut une fonction qu’un nom de personne.
desk-keys-make-go = Créer ma clé
desk-keys-made = La clé est créée et enregistrée.
desk-keys-unable = Ce navigateur ne peut pas créer de telles clés, ou ne garde rien. Prenez un Firefox, Chrome, Edge ou Safari récent, hors fenêtre privée ; ou créez une clé avec la commande klero keys new et enregistrez-la ci-dessous.
desk-keys-paper-title = Une clé sur papier, ou venue de la ligne de commande
desk-keys-paper-text = Trois clés, c’est prudent : deux qui servent, et une troisième, imprimée, dans un coffre. Ainsi personne n’est bloqué quand une clé se perd. Sur un ordinateur à vous, de préférence sans réseau, créez la clé avec la première commande et, avec la seconde, une preuve que vous la détenez ; imprimez le fichier, rangez le papier, effacez le fichier. Collez la preuve ici : elle ne contient rien de secret.
desk-keys-paper-proof = Preuve que la clé est à vous
desk-keys-paper-hint = Tout ce que la seconde commande affiche, de kleroterion/v1/member_key à la dernière ligne.
desk-keys-paper-go = Enregistrer cette clé comme la mienne
desk-keys-registered = La clé est enregistrée.
desk-enrol-title = Faire inscrire les clés
desk-enrol-again-title = Changer les clés en vigueur
desk-enrol-text = Une inscription dit au journal quelles clés signent pour vous. Chacune de ses clés la signe une fois, pour montrer qu’elle existe.
desk-enrol-alone = Il faut les clés de deux personnes différentes. Qui doit signer est invité par l’administration du service.
desk-enrol-keys = Clés qui doivent être en vigueur
desk-enrol-threshold = Combien d’entre elles doivent signer
desk-enrol-threshold-hint = Deux convient à la plupart. Avec trois clés, une peut alors se perdre.
desk-enrol-recovery = Trop de clés sont perdues : réinscrire sans les anciennes
desk-enrol-recovery-hint = Une telle réinscription est publique et n’est en vigueur qu’après 30 jours, pour que personne ne s’empare d’un organisateur sans être vu.
desk-enrol-go = Écrire l’inscription

desk-people-title = Personnes
desk-people-lead = Qui peut travailler ici. Chaque personne a son propre compte et un rôle.
desk-organisers-title = Organisateurs
desk-organisers-none = Il n’y a pas encore d’organisateur.
desk-organisers-name = Nom, tel qu’on le connaît
desk-organisers-id = Nom court pour le journal
desk-organisers-id-hint = Petites lettres, chiffres et traits d’union ; pour toujours. Par exemple eupen.
desk-organisers-go = Ajouter l’organisateur
desk-organisers-added = L’organisateur est ajouté.
desk-invite-title = Inviter quelqu’un
desk-invite-login = Identifiant
desk-invite-login-hint = Une adresse électronique convient bien. Aucun message n’est envoyé.
desk-invite-role = Rôle
desk-invite-role-hint = Préparation : prépare et signe. Signature : signe et ne voit aucune personne. Contrôle : lit.
desk-invite-role-hint-auditor = Contrôle : lit et ne change rien. Qui signe est invité par l’administration du service : ainsi personne ne devient deux.
desk-invite-organiser = Organisateur
desk-invite-go = Inviter
desk-invite-made = Invitation pour { $login }
desk-invite-made-text = Elle n’est montrée qu’une fois. Transmettez-la de façon sûre, à cette personne seule : qui l’a peut créer le compte.
desk-invite-until = Fin
desk-invite-revoke = Révoquer
desk-invitations-title = Invitations ouvertes
desk-members-title = Qui est ici
desk-member-totp = Second facteur
desk-member-closed = Fermé

desk-kind-enrolment = Clés de l’organisateur
desk-kind-enrolment-text = Ceci dit qui signe désormais pour l’organisateur.
desk-kind-announcement = Annonce
desk-kind-announcement-text = Ceci dit à tout le monde qu’un tirage aura lieu, et quand. Ce qui est annoncé ne peut être reporté ou abandonné qu’en public.
desk-kind-terms = Conditions du tirage
desk-kind-terms-text = Ceci fixe la liste, les règles et la ronde de la balise. Une fois scellé, personne ne peut plus rien changer.
desk-kind-vacancy = Sièges libérés
desk-kind-vacancy-text = Ces sièges deviennent libres et sont pourvus selon la règle des conditions.
desk-kind-void = Abandon d’un tirage
desk-kind-void-text = Le tirage n’a pas lieu. Cela, et la raison, restent visibles.
desk-kind-annulment = Invalidation
desk-kind-annulment-text = Le résultat ne compte plus. Il reste visible.
desk-kind-erasure = Effacement
desk-kind-erasure-text = La clé de la liste, ses lignes et son tableau sont détruits. Journal, scellé et billets restent vérifiables, les noms ne se retrouvent plus. C’est irréversible.
desk-decision-open = Attend des signatures
desk-decision-handing_in = En cours de dépôt
desk-decision-logged = Au journal
desk-decision-withdrawn = Retirée
desk-decision-says = Ce qui y est écrit
desk-decision-signatures = Signatures : { $n_s } sur { $needed_s }
desk-decision-unsigned = Personne n’a encore signé.
desk-decision-not-yours = Votre compte lit et ne signe pas.
desk-decision-changed = Quelqu’un a signé.
desk-decision-logged-text = C’est l’étape { $n_s } du journal public.
desk-decision-logged-step = La voir
desk-decision-next = Continuer
desk-sign-title = Signer
desk-sign-here = Signer avec la clé { $key } dans ce navigateur
desk-sign-mine = Vous avez signé. Une autre personne lit et signe maintenant la même chose.
desk-sign-mine-more = Vous avez signé. Une autre clé à vous se trouve ici ; une inscription demande la signature de chaque clé.
desk-sign-done = Signé.
desk-sign-no-key = Ce navigateur n’a aucune clé à vous qui puisse signer ceci.
desk-sign-no-key-text = Rien n’est perdu : tout le reste se trouve sur le serveur. Un autre membre peut signer ; ou vous signez sur un autre ordinateur avec votre clé sur papier, comme ci-dessous ; ou vous créez une nouvelle clé et la faites inscrire.
desk-sign-no-key-go = Vers les clés
desk-sign-elsewhere = Signer sur un autre ordinateur
desk-sign-elsewhere-text = Pour qui ne veut se fier ni à cette page ni à ce navigateur : téléchargez le texte, portez-le sur votre propre ordinateur et signez-le là. La commande montre d’abord ce que vous signez.
desk-sign-download = Télécharger le texte
desk-sign-paste = Le texte signé, ou sa dernière ligne
desk-sign-paste-hint = Tout le fichier après la commande, ou la ligne qui commence par —.
desk-sign-send = Envoyer cette signature
desk-handin-enrolment = Inscrire
desk-handin-enrolment-text = Toutes les signatures sont là. L’inscription va au journal public.
desk-handin-announcement = Annoncer
desk-handin-announcement-text = Toutes les signatures sont là. L’annonce va au journal public.
desk-handin-terms = Sceller
desk-handin-terms-text = Toutes les signatures sont là. Sceller fixe tout, définitivement.
desk-handin-vacancy = Libérer ces sièges
desk-handin-vacancy-text = Toutes les signatures sont là. Les sièges deviennent libres, publiquement.
desk-handin-void = Abandonner le tirage
desk-handin-void-text = Toutes les signatures sont là. Le tirage est abandonné, publiquement.
desk-handin-annulment = Invalider le résultat
desk-handin-annulment-text = Toutes les signatures sont là. Le résultat est invalidé, publiquement.
desk-handin-erasure = Détruire les données
desk-handin-erasure-text = Toutes les signatures sont là. Ce qui est détruit maintenant ne revient pas.
desk-handin-waits = { $n ->
    [0] Il faut les signatures de deux personnes différentes.
    [one] Il manque encore { $n_s } signature.
   *[other] Il manque encore { $n_s } signatures.
}
desk-handin-pass = Prévenez votre collègue ; cette page le montre aussitôt.
desk-handin-done = C’est fait : étape { $n_s } du journal.
desk-withdraw-title = Retirer
desk-withdraw-text = Tant qu’elle n’est pas déposée, elle peut être retirée et réécrite.
desk-withdraw-go = Retirer ceci

desk-words-draw = Nom au journal
desk-words-title = Titre
desk-words-name = Organisateur
desk-words-purpose = À quoi servent les sièges
desk-words-method = Comment on tire
desk-words-reserves = Réserve
desk-words-replacement = Si quelqu’un refuse
desk-words-pool = Liste
desk-words-draws_at = Heure du tirage
desk-words-beacon = Balise
desk-words-draw_by = En retard après
desk-words-not_drawn = Sièges non tirés au sort
desk-words-seats = Sièges
desk-words-reason = Pourquoi
desk-words-keys = Clés
desk-words-threshold = Signatures
desk-words-recovery = Clés perdues
desk-words-attempt = Tentative
desk-words-postponed = Nombre de reports
desk-words-round = Ronde { $round }, la première à l’heure du tirage ou après
desk-words-table = Ces colonnes sont publiées, sans noms : { $columns }.
desk-words-table-reason = Certaines personnes y sont seules. Publiées malgré tout, parce que : { $why }
desk-words-from = Toutes viennent du tirage { $draw }.
desk-words-threshold-text = { $n_s } de ces clés doivent signer.
desk-words-recovery-text = Réinscription sans les anciennes clés. En vigueur seulement après 30 jours, publiquement.
desk-words-bytes = Le texte exact qui est signé

desk-method-equal = À tous la même chance
desk-method-equal-text = Tout le monde a la même chance.
desk-method-households = Une personne par ménage
desk-method-households-text = Tout le monde a la même chance, mais une personne au plus par ménage est tirée.
desk-method-stratified = Par groupes
desk-method-stratified-text = Chaque groupe reçoit des places en proportion de sa taille. Groupes selon : { $columns }.
desk-method-stratified-choice = Chaque groupe reçoit des places en proportion de sa taille. Vous choisirez à l’étape suivante les colonnes qui forment les groupes.
desk-method-panels = Par quotas
desk-method-panels-text = On tire l’un de nombreux panels préparés. Chacun respecte tous les quotas ; la chance de chacun est comptée et affichée.
desk-method-panels-list = On tire l’un de { $n_s } panels. Chacun respecte tous les quotas. Chances de { $low } à { $high }.
desk-replacement-rank = La personne suivante de la réserve suit
desk-replacement-rank-text = La personne suivante de la réserve suit, dans l’ordre du tirage. La réserve connaît sa place.
desk-replacement-beacon = Une nouvelle ronde de la balise décide
desk-replacement-beacon-text = Une nouvelle ronde de la balise décide qui suit. Personne ne le sait d’avance.
desk-replacement-none = Le siège reste vide
desk-replacement-none-text = Le siège reste vide.
desk-leave-declined = a refusé
desk-leave-not_eligible = ne peut pas avoir le siège
desk-leave-ended = est partie, ou le mandat est fini
desk-reason-cancelled = Il n’est plus voulu
desk-reason-pool_error = La liste était fausse
desk-reason-terms_error = Les conditions étaient fausses
desk-reason-beacon_lost = La balise n’a jamais donné la ronde
desk-reason-court = Un tribunal l’a décidé
desk-reason-complaint = Une réclamation a été admise

desk-wizard-lead = Cinq étapes : règles, personnes, quotas, heure, conditions. Après chacune vous pouvez vous arrêter et continuer plus tard, même sur un autre ordinateur.
desk-wizard-steps = Étapes
desk-wizard-next = Continuer
desk-wizard-stored = Enregistré.
desk-wizard-announced = Titre, nom et heure sont fixés. Liste et règles peuvent changer jusqu’au scellé.
desk-wizard-sealed = Tout est fixé. Vous voyez comment cela a été préparé.
desk-wizard-read-only = Cette étape est pour le rôle « Préparation ».
desk-wizard-waits = { $n_s } signature(s) sur { $needed_s }.
desk-wizard-sign = Lire et signer
desk-step-rules = Règles
desk-step-people = Personnes
desk-step-quotas = Quotas
desk-step-time = Heure
desk-step-terms = Conditions
desk-rules-title = Titre
desk-rules-more-titles = Titres dans d’autres langues
desk-rules-name = Nom au journal
desk-rules-name-hint = Jamais utilisé avant, et plus jamais après. Petites lettres, chiffres et traits d’union.
desk-rules-purpose-hint = En un mot, comme lettres ou conseil. Les tentatives répétées pour le même but sont comptées et montrées.
desk-rules-seats = Combien sont tirées au sort
desk-rules-reserves-hint = Combien d’autres sont tirés, qui pourront suivre.
desk-rules-from = Personnes d’un tirage précédent
desk-rules-from-none = Non, une liste à part
desk-rules-from-hint = Par exemple un conseil parmi les personnes invitées qui ont répondu. Chacun peut alors vérifier que personne n’a été glissé dans la liste.
desk-rules-fixed = Ce tirage est annoncé : titre, nom et but ne peuvent plus changer.

desk-pool-lead = La liste des personnes qui peuvent être tirées. Elle est chiffrée à son arrivée et n’est pas publiée ; personne d’autre ne la voit.
desk-pool-file = Fichier
desk-pool-file-hint = CSV en UTF-8, ou XLSX (la première feuille). Une ligne par personne ; la première ligne nomme les colonnes.
desk-pool-upload = Envoyer
desk-pool-existing = Ou une liste qui est déjà ici
desk-pool-use = Utiliser cette liste
desk-pool-other = Utiliser une autre liste
desk-pool-chosen = Liste : { $name }
desk-pool-gone = La liste de ce brouillon a été supprimée. Envoyez-la à nouveau.
desk-pool-linked = Toutes les personnes viennent du tirage { $draw }. Téléversez le fichier des réponses : la colonne qui distingue les personnes, comme dans la liste précédente, et les réponses. Qui n’avait pas été tiré au sort est refusé.
desk-pool-linked-kept = De ce fichier, seules les colonnes pour groupes et quotas sont gardées. Noms et adresses viennent de la liste précédente.
desk-pool-linked-columns = Ces colonnes de la liste précédente servent aussi aux groupes et quotas
desk-pool-linked-other = Cette liste n’établit pas que ses personnes viennent du tirage { $draw }. Téléversez-la à nouveau, ou retirez le tirage précédent des règles.
desk-pool-sealed = La liste est scellée et ne peut plus changer.
desk-pool-read = { $n ->
    [one] { $n_s } colonne trouvée.
   *[other] { $n_s } colonnes trouvées.
}
desk-pool-sheet = Lue sur la feuille « { $name } ».
desk-pool-not-read = Pas lues : { $names }.
desk-pool-numbers = { $n ->
    [one] { $n_s } nombre écrit comme texte ; les zéros de tête que la feuille affiche seulement n’y sont pas
   *[other] { $n_s } nombres écrits comme texte ; les zéros de tête que la feuille affiche seulement n’y sont pas
}
desk-pool-dates = { $n ->
    [one] { $n_s } date écrite AAAA-MM-JJ
   *[other] { $n_s } dates écrites AAAA-MM-JJ
}
desk-pool-truths = { $n ->
    [one] { $n_s } valeur oui/non écrite TRUE ou FALSE
   *[other] { $n_s } valeurs oui/non écrites TRUE ou FALSE
}
desk-pool-roles = À quoi servent les colonnes
desk-pool-column = Colonne
desk-pool-role = Rôle
desk-pool-role-of = Rôle de la colonne { $column }
desk-column-private = pour vos listes seulement
desk-column-private-text = Noms, rues et ce dont vos lettres ont besoin. Jamais publié.
desk-column-id = distingue les personnes
desk-column-id-text = Quelque chose que chaque personne reconnaît comme sien seul, comme un numéro du registre. Une seule colonne. Jamais publié.
desk-column-public = pour groupes et quotas
desk-column-public-text = Tranche d’âge, commune, genre. Si la méthode en a besoin, ces colonnes sont publiées sans noms : gardez-les larges.
desk-column-household = adresse
desk-column-household-text = Les colonnes qui ensemble font l’adresse. Elles montrent qui vit ensemble. Jamais publié.
desk-pool-check = Vérifier la liste
desk-pool-problems = La liste ne peut pas servir ainsi.
desk-pool-no-headings = La première ligne ressemble à une personne, pas à des noms de colonnes.
desk-pool-problems-text = Corrigez le fichier là où il se trouve, et envoyez-le à nouveau.
desk-file-line = Ligne { $line } :
desk-file-more = { $n ->
    [one] Et { $n_s } autre.
   *[other] Et { $n_s } autres.
}
desk-file-empty-file = Le fichier est vide.
desk-file-header-only = Le fichier nomme des colonnes, mais aucune personne.
desk-file-utf16 = Le fichier est enregistré en UTF-16 et non en UTF-8.
desk-file-not-utf8 = Ceci n’est pas enregistré en UTF-8.
desk-file-nul = La colonne « { $column } » contient un caractère nul.
desk-file-unnamed-column = La colonne { $position } n’a pas de nom.
desk-file-heading-like-data = Colonne { $position_s } : son nom est un nombre, une date ou une adresse, ou se retrouve en dessous.
desk-file-double-column = Les colonnes { $other } et { $position } s’appellent toutes deux « { $column } ».
desk-file-column-name-too-long = Le nom de la colonne { $position } est trop long : { $found_s } octets, { $most_s } au plus sont permis.
desk-file-too-many-columns = Le fichier a { $found_s } colonnes, { $most_s } au plus sont permises.
desk-file-no-such-column = Le fichier n’a pas de colonne « { $column } ».
desk-file-two-roles = La colonne « { $column } » a reçu deux rôles.
desk-file-ragged = { $found_s } cellules au lieu de { $expected_s }.
desk-file-no-id = La colonne qui distingue les personnes est vide ici.
desk-file-id-too-long = Ce qui distingue cette personne est trop long : { $found_s } octets, { $most_s } au plus sont permis.
desk-file-double-id = La même personne qu’à la ligne { $other }.
desk-file-cell-too-long = La cellule de la colonne « { $column } » est trop longue : { $found_s } octets, { $most_s } au plus sont permis.
desk-file-record-too-long = La ligne qui commence ici est trop longue pour une seule personne.
desk-file-after-quotation = À la ligne { $other }, du texte suit un guillemet fermant.
desk-file-public-too-long = Les colonnes des groupes et quotas sont trop longues ensemble : { $most_s } octets au plus sont permis.
desk-file-too-many-people = Plus de personnes qu’une liste ne peut en avoir.
desk-file-stranger = Personne du tirage précédent ne peut avoir répondu ainsi.
desk-file-do-encoding = Enregistrez le fichier en UTF-8 : dans Excel par « Enregistrer sous », type « CSV UTF-8 » ; dans LibreOffice par « Enregistrer sous », « Texte CSV », jeu de caractères « Unicode (UTF-8) ».
desk-file-do-export = La première ligne nomme les colonnes, chaque ligne suivante est une personne. Voyez si l’exportation du registre a réussi.
desk-file-do-names = Donnez à chaque colonne, dans la première ligne, un nom court et à elle.
desk-file-do-headings = Si c’est une personne, ajoutez au-dessus une ligne avec les noms des colonnes et chargez le fichier à nouveau : sinon cette personne manque sur la liste. Si ce sont des noms de colonnes, continuez.
desk-file-do-fewer = Retirez les colonnes dont ni le tirage ni les lettres n’ont besoin.
desk-file-do-roles = Donnez à chaque colonne du fichier exactement un rôle.
desk-file-do-cells = Une cellule qui contient le séparateur ou un saut de ligne doit être entre guillemets. Le plus simple : enregistrez à nouveau le tableau depuis le tableur.
desk-file-do-id = Supprimez les lignes vides ou qui contiennent des totaux.
desk-file-do-double = Une ligne par personne : supprimez le double, ou donnez à des personnes différentes des numéros différents.
desk-file-do-shorter = Raccourcissez la cellule, ou retirez la colonne.
desk-file-do-quote = Cherchez un guillemet ouvert à cette ligne et jamais fermé.
desk-file-do-pools = Répartissez la liste entre plusieurs tirages.
desk-file-do-stranger = Seules les personnes tirées lors du tirage précédent peuvent figurer sur cette liste. Comparez le numéro.
desk-pool-good = { $n ->
    [one] La liste est en ordre : { $n_s } personne.
   *[other] La liste est en ordre : { $n_s } personnes.
}
desk-pool-trimmed = { $n ->
    [one] { $n_s } cellule sans les espaces autour
   *[other] { $n_s } cellules sans les espaces autour
}
desk-pool-composed = { $n ->
    [one] { $n_s } cellule aux accents écrits d’une seule façon
   *[other] { $n_s } cellules aux accents écrits d’une seule façon
}
desk-pool-formulas = { $n ->
    [one] { $n_s } cellule ressemble à une formule ; elle reste telle quelle
   *[other] { $n_s } cellules ressemblent à des formules ; elles restent telles quelles
}
desk-pool-commit-text = Maintenant la liste est fixée : sa courte empreinte figurera dans les conditions. Changer une lettre ensuite se verrait.
desk-pool-commit = Fixer cette liste
desk-pool-committed = La liste est fixée.
desk-pool-is-committed = { $n ->
    [one] La liste est fixée : { $n_s } personne.
   *[other] La liste est fixée : { $n_s } personnes.
}
desk-pool-root = Empreinte de la liste
desk-pool-alike = Personne n’est seul dans ce qui est publié : chaque ligne y figure au moins { $n_s } fois.
desk-pool-alone = { $n ->
    [one] { $n_s } ligne de ce qui est publié n’est égale à aucune autre : cette personne est reconnaissable.
   *[other] { $n_s } lignes de ce qui est publié ne sont égales à aucune autre : ces personnes sont reconnaissables.
}
desk-pool-alone-households = { $n ->
    [one] { $n_s } ménage n’est égal à aucun autre.
   *[other] { $n_s } ménages ne sont égaux à aucun autre.
}
desk-pool-alone-text = Envoyez la liste avec des valeurs plus larges, ou dites dans les conditions pourquoi elle est publiée malgré tout.
desk-pool-alone-help = Ce qui aiderait :
desk-pool-coarser-band = { $column } par tranches de { $by }
desk-pool-coarser-cut = { $column } : les { $by } premiers caractères seulement
desk-pool-coarser-merge = { $column } : les valeurs de moins de { $by } personnes réunies sous « other »
desk-pool-coarser-then = { $n ->
    [one] { $n_s } ligne resterait seule
   *[other] { $n_s } lignes resteraient seules
}
desk-pool-delete-title = Supprimer cette liste
desk-pool-delete-text = La liste et ce qui en a été calculé sont détruits ici. Un tirage scellé garde sa propre copie jusqu’à son effacement.
desk-pool-delete = Supprimer la liste
desk-strata-columns = Groupes selon ces colonnes
desk-strata-none = Cette méthode a besoin de colonnes pour groupes et quotas, et la liste n’en a pas. Envoyez-la à nouveau et choisissez-les.
desk-households-none = Cette méthode a besoin des colonnes de l’adresse, et la liste n’en a pas. Envoyez-la à nouveau et choisissez-les.

desk-quotas-not-needed = Cette méthode n’a pas besoin de quotas.
desk-quotas-uncommitted = Fixez d’abord la liste des personnes.
desk-quotas-lead = { $n ->
    [one] Combien de chaque valeur siègent dans un panel de { $n_s } personne, au moins et au plus. Les chiffres proposés suivent la liste.
   *[other] Combien de chaque valeur siègent dans un panel de { $n_s } personnes, au moins et au plus. Les chiffres proposés suivent la liste.
}
desk-quotas-use = Quotas pour { $column }
desk-quotas-caption = { $column } : au moins et au plus
desk-quotas-value = Valeur
desk-quotas-pool = Sur la liste
desk-quotas-min = Au moins
desk-quotas-max = Au plus
desk-quotas-too-many = Cette colonne a trop de valeurs pour des quotas ; seules les plus fréquentes sont montrées.
desk-quotas-check = Est-ce possible ?
desk-quotas-build = Construire des panels équitables
desk-quotas-applied = Repris dans le tableau. Vérifiez à nouveau.
desk-quotas-choose = Utiliser ces panels
desk-quotas-chosen = Les panels sont choisis
desk-job-feasibility = Les quotas sont-ils possibles ?
desk-job-panels = Panels équitables
desk-job-runs = Calcul en cours. Vous pouvez quitter cette page ; il continue.
desk-job-cancel = Interrompre
desk-job-cancelled = Interrompu.
desk-job-failed = Cela n’a pas abouti.
desk-job-doing-waiting = Attend qu’un autre calcul soit terminé.
desk-job-doing-reading = Lit les personnes et les quotas.
desk-job-doing-chances = Cherche les chances les plus équitables.
desk-job-doing-panels = Cherche des panels qui les réalisent.
desk-job-doing-improving = Échange des panels contre de meilleurs.
desk-job-doing-choices = Cherche les personnes qui n’ont pas le choix.
desk-job-doing-relaxing = Cherche le plus petit changement des quotas qui aide.
desk-job-doing-steps = Étape { $done_s } sur { $total_s }.
desk-job-helps = Ce changement aide :
desk-job-wrong-no-panel = Aucun panel ne peut respecter tous les quotas à la fois.
desk-job-wrong-conflict = Ceci fait obstacle : { $feature }, { $value } : de { $min_s } à { $max_s }.
desk-job-wrong-conflict-households = Fait aussi obstacle : au plus une personne par ménage dans le panel.
desk-job-wrong-not-found = Aucun panel n’a été trouvé dans le temps permis, bien qu’il puisse en exister. Élargissez des quotas d’une ou deux personnes.
desk-job-wrong-gave-up = Le calcul n’est pas venu à bout de ces quotas. Élargissez un quota d’une ou deux personnes.
desk-job-wrong-beyond-flex = Même les limites les plus larges ne permettent aucun panel. Élargissez plusieurs quotas, ou changez le nombre de sièges.
desk-job-wrong-no-change-found = Aucun changement utile n’a été trouvé dans le temps permis. Élargissez plusieurs quotas, puis vérifiez à nouveau.
desk-job-wrong-too-long = Le calcul a duré plus longtemps que permis. Élargissez des quotas, puis recommencez.
desk-job-wrong-broke-off = Le calcul s’est interrompu. Recommencez ; si cela se reproduit, prévenez l’exploitant.
desk-job-wrong-stopped = Le service a été arrêté entre-temps. Recommencez.
desk-job-wrong-cannot-start = Le calcul ne peut pas commencer. Prévenez l’exploitant.
desk-job-wrong-refused = Le service n’a pas pu lire la liste des personnes. Voyez si elle est encore là, puis recommencez.
desk-job-wrong-too-many-people = Les panels sont construits parmi { $most_s } personnes au plus. Prenez une autre méthode, par exemple par groupes.
desk-job-wrong-unreadable = Les quotas ne peuvent pas être lus.
desk-job-wrong-not-utf8 = Les quotas ne sont pas enregistrés en UTF-8.
desk-job-wrong-no-quotas = Les quotas n’ont pas d’en-tête, ou rien en dessous.
desk-job-wrong-missing-column = La colonne « { $feature } » manque.
desk-job-wrong-no-id-column = Aucune colonne ne distingue les personnes.
desk-job-wrong-double-column = Deux colonnes s’appellent « { $feature } ».
desk-job-wrong-ragged = { $found_s } cellules au lieu de { $most_s }.
desk-job-wrong-empty-cell = La cellule sous « { $feature } » est vide.
desk-job-wrong-not-a-number = Sous « { $feature } », il n’y a pas de nombre entier de personnes.
desk-job-wrong-min-over-max = { $feature }, { $value } : au moins { $min_s } dépasse au plus { $max_s }.
desk-job-wrong-flex-inside = { $feature }, { $value } : min_flex à max_flex ne contient pas le quota.
desk-job-wrong-double-quota = { $feature }, { $value } a déjà un quota.
desk-job-wrong-unknown-value = La colonne « { $feature } » contient des valeurs sans quota. Donnez-en un à chaque valeur de cette colonne, ou n’utilisez pas ses quotas.
desk-job-wrong-missing-value = Pour certaines personnes, la colonne « { $feature } » est vide. N’utilisez pas ses quotas, ou téléversez la liste complétée.
desk-job-wrong-missing-id = Pour une personne, ce qui la distingue est vide.
desk-job-wrong-double-id = Une personne figure deux fois.
desk-job-wrong-zero-seats = Un panel a besoin d’au moins un siège.
desk-job-wrong-more-seats-than-people = { $seats_s } sièges, mais seulement { $found_s } sur la liste.
desk-job-wrong-maxima-too-low = { $feature } : au plus { $found_s } en tout ; c’est trop peu pour { $seats_s } sièges. Augmentez « au plus ».
desk-job-wrong-minima-too-high = { $feature } : au moins { $found_s } en tout ; c’est trop pour { $seats_s } sièges. Diminuez « au moins ».
desk-job-wrong-too-few-people = { $feature }, { $value } : au moins { $min_s } sont demandés, la liste en a { $found_s }.
desk-job-wrong-too-many = Trop à la fois : { $found_s } ; { $most_s } au plus sont permis. Utilisez moins de quotas.
desk-job-possible = Oui, un panel peut respecter tous les quotas.
desk-job-impossible = Aucun panel ne peut respecter tous les quotas à la fois.
desk-job-smallest = { $n ->
    [one] Le plus petit changement qui aide est de { $n_s } personne :
   *[other] Le plus petit changement qui aide est de { $n_s } personnes en tout :
}
desk-job-smaller = { $n ->
    [one] Ce changement de { $n_s } personne aide ; il en existe peut-être un plus petit :
   *[other] Ce changement de { $n_s } personnes en tout aide ; il en existe peut-être un plus petit :
}
desk-job-apply = Reprendre dans le tableau
desk-job-built = { $n ->
    [one] { $n_s } panel est construit ; il respecte tous les quotas.
   *[other] { $n_s } panels sont construits ; chacun respecte tous les quotas.
}
desk-fair-smallest = Plus petite chance
desk-fair-largest = Plus grande chance
desk-fair-mean = Chance moyenne
desk-fair-bound = Aucune liste ne pourrait donner à tous plus que
desk-fair-nobody = Personnes sans chance
desk-fair-text = Les quotas rendent les chances inégales. Si la plus petite est bien en dessous de la moyenne, élargissez le quota le plus difficile. Chacun pourra vérifier ces chiffres plus tard.

desk-time-lead = Quand tire-t-on ? La première valeur de la balise à cette heure ou après décide.
desk-time-zone = À l’heure de cet ordinateur : { $zone }.
desk-time-store = Enregistrer
desk-time-beacon = La balise donne des valeurs publiques au hasard, que personne ne peut connaître d’avance. Laissez assez de temps jusque-là : deux personnes signent l’annonce et les conditions.
desk-time-announce-text = L’annonce dit à tout le monde que l’on tire le { $at }.
desk-time-announce = Écrire l’annonce
desk-time-announced = Le tirage est annoncé. Son heure ne peut changer que par un report, que tout le monde voit.
desk-terms-lead = Tout, encore une fois. Ce qui est scellé ici décide.
desk-terms-missing = Avant les conditions :
desk-terms-missing-announcement = Le tirage doit être annoncé.
desk-terms-missing-pool = La liste des personnes manque.
desk-terms-missing-strata = Choisissez les colonnes qui font les groupes.
desk-terms-missing-panels = Construisez des panels et choisissez-les.
desk-terms-write-text = Les conditions sont écrites avec la liste, les règles et la ronde. Vous les lisez en clair avant que quiconque signe.
desk-terms-write = Écrire les conditions
desk-terms-reason-title = Certaines personnes sont seules dans les colonnes publiées
desk-terms-reason-text = Si les conditions sont refusées parce que quelqu’un serait reconnaissable dans les colonnes publiées : envoyez la liste avec des valeurs plus larges, comme des tranches d’âge. Si ce n’est pas possible, dites pourquoi elles sont publiées malgré tout. Deux membres le signent, et tout le monde le lit.
desk-terms-reason = Pourquoi publier malgré tout
desk-draft-delete-title = Supprimer ce brouillon
desk-draft-delete-text = Rien n’en est encore au journal.
desk-draft-delete = Supprimer le brouillon

desk-results-lead = { $n ->
    [one] { $n_s } personne occupe un siège.
   *[other] { $n_s } personnes occupent un siège.
}
desk-results-seated = Sièges occupés
desk-results-left = Parties
desk-results-panel = Panel tiré
desk-results-hash = Empreinte du résultat
desk-results-files = Fichiers avec les noms
desk-results-files-text = Avec toutes les colonnes de votre liste. Ils sont faits pour ce téléchargement et ne sont pas gardés.
desk-results-drawn = Personnes qui occupent un siège (CSV)
desk-results-reserves = Réserve (CSV)
desk-results-remaining = Toutes les autres (CSV)
desk-audit-title = Pour le contrôle
desk-audit-text = La liste entière telle qu’elle a été fixée, avec sa clé, chiffrée de sorte que seule la personne chargée du contrôle puisse l’ouvrir. Elle crée une clé avec age-keygen et vous donne la ligne qui commence par age1.
desk-audit-recipient = Clé de la personne chargée du contrôle
desk-audit-hint = Elle commence par age1. Le fichier s’ouvre avec : klero audit open
desk-audit-go = Télécharger, chiffré
desk-letters-title = Lettres
desk-letters-text = Un fichier pour votre publipostage : vos colonnes, et pour chaque personne un code de reçu, un lien et un code QR. Avec lui, chacun peut vérifier qu’il était sur la liste, et ce qui en est sorti. D’abord les reçus sont déposés, chiffrés, là où le code les trouve.
desk-letters-drawn = Préparer les lettres aux personnes tirées
desk-letters-reserves = Préparer les lettres à la réserve
desk-letters-made = { $n ->
    [one] { $n_s } lettre est prête.
   *[other] { $n_s } lettres sont prêtes.
}
desk-letters-csv = Fichier pour le publipostage (CSV)
desk-letters-zip = Le même, avec une image de chaque code QR (ZIP)

desk-answers-closed = Aucune réponse n’est encore prise. Jusqu’à quand peut-on répondre ?
desk-answers-deadline = Les réponses comptent jusqu’au
desk-answers-open = Prendre les réponses
desk-answers-move = Déplacer la fin
desk-answers-is-open = Ouvert
desk-answers-is-closed = Fermé
desk-answers-until = Jusqu’au
desk-answers-progress = Réponses jusqu’ici
desk-answers-lead = { $yes_s } oui, { $no_s } non, sur { $n_s } personnes sollicitées.
desk-answers-enter = Saisir des réponses
desk-answers-codes = Codes des lettres
desk-answers-codes-hint = Un par ligne : les 26 caractères. Une faute de frappe se remarque.
desk-answers-answer = Leur réponse
desk-answers-yes = Oui, vient
desk-answers-no = Non, refuse
desk-answers-go = Saisir
desk-answers-imported = { $n ->
    [one] { $n_s } réponse saisie.
   *[other] { $n_s } réponses saisies.
}
desk-answers-silent = À relancer
desk-answers-silent-text = { $n ->
    [one] { $n_s } personne n’a pas répondu.
   *[other] { $n_s } personnes n’ont pas répondu.
}
desk-answers-reminders = Liste pour les relances, avec toutes les colonnes (CSV)
desk-answers-refusals = { $n ->
    [one] { $n_s } refus : pourvoir le siège
   *[other] { $n_s } refus : pourvoir les sièges
}
desk-answers-all = { $n ->
    [one] { $n_s } réponse, par numéro sur la liste
   *[other] { $n_s } réponses, par numéro sur la liste
}

desk-seats-lead = Qui refuse ou part libère un siège, publiquement et sans nom. Qui suit, c’est la règle des conditions qui le décide, et personne ici.
desk-seats-refused = Personnes qui ont refusé
desk-seats-none-refused = Personne occupant un siège n’a refusé.
desk-seats-other = Un autre siège
desk-seats-other-text = Pour quelqu’un qui part plus tard. Son numéro sur la liste figure dans son reçu et au procès-verbal.
desk-seats-place = Numéro sur la liste
desk-seats-why = Pourquoi
desk-seats-beacon = Heure, si une nouvelle ronde de la balise décide
desk-seats-beacon-text = Seulement si les conditions le disent. La première valeur à cette heure ou après décide qui suit.
desk-seats-beacon-use = Une nouvelle ronde de la balise décide
desk-seats-beacon-at = Heure du remplacement
desk-seats-go = L’écrire, pour signature
desk-rotation-lead = Une partie d’un conseil change, par exemple un tiers : par deux tirages ordinaires parmi ceux qui ont un siège. Chacun peut vérifier que personne n’a été glissé dans la liste. La liste naît ici ; ensuite vous préparez le tirage comme tout autre.
desk-rotation-what = Que tire-t-on au sort ?
desk-rotation-leave = Qui sort
desk-rotation-leave-text = Parmi ceux qui ont maintenant un siège de ce tirage. Ceux qu’une rotation antérieure a fait sortir sont écartés ci-dessous.
desk-rotation-enter = Qui entre
desk-rotation-enter-text = Parmi ceux qui ont un siège de ce tirage, par exemple d’une assemblée. Ceux qui siègent ou ont siégé au conseil sont écartés ci-dessous.
desk-rotation-seats = Combien
desk-rotation-seats-hint = { $n ->
    [one] { $n_s } personne a un siège.
   *[other] { $n_s } personnes ont un siège.
}
desk-rotation-gone = Sont écartés ceux qui ont ou avaient un siège de ces tirages
desk-rotation-gone-hint = Seuls conviennent les tirages dont les listes sont liées à celle-ci.
desk-rotation-title = Titre du nouveau tirage
desk-rotation-go = Faire la liste et préparer le tirage
desk-rotation-made = La liste est faite. Relisez les règles.

desk-complaints-closed = Aucune réclamation n’est encore prise. Jusqu’à quand peut-on réclamer ?
desk-complaints-until = Les réclamations sont prises jusqu’au
desk-complaints-open = Prendre les réclamations
desk-complaints-move = Déplacer la fin
desk-complaints-is-open = Ouvert
desk-complaints-is-closed = Fermé
desk-complaints-lead = { $n ->
    [0] Aucune réclamation n’attend de réponse.
    [one] { $n_s } réclamation attend une réponse.
   *[other] { $n_s } réclamations attendent une réponse.
}
desk-complaints-text = Ce que dit la réclamation
desk-complaints-text-hint = Cela reste chez vous. Ce n’est pas publié.
desk-complaints-enter = Saisir la réclamation
desk-complaints-answer = Réponse
desk-complaints-answer-go = Enregistrer la réponse
desk-complaints-ruling = Est-elle fondée ?
desk-complaints-annul = Si le résultat doit tomber : l’invalider
desk-ruling-rejected = Rejetée
desk-ruling-upheld = Admise

desk-change-lead = Ce qui est au journal y reste. Un changement s’ajoute, deux membres le signent, et tout le monde le voit.
desk-change-nothing = Rien de cela n’est possible maintenant.
desk-change-postponement = Reporter
desk-change-postponement-text = Le tirage a lieu plus tard. Le nombre de reports est compté et montré.
desk-change-void = Abandonner
desk-change-void-text = Le tirage n’a pas lieu. Une nouvelle tentative pour le même but compte comme la suivante. Une fois la ronde de la balise parue, un tirage encore possible a lieu malgré tout ; son résultat peut ensuite être invalidé.
desk-change-annulment = Invalider
desk-change-annulment-text = Après une réclamation admise, ou quand un tribunal le dit.
desk-change-erasure = Effacer
desk-change-erasure-text = Quand tout est fini : clé de la liste, lignes et tableau sont détruits. Téléchargez d’abord ce que vous devez garder.
desk-change-at = Nouvelle heure
desk-change-why = Pourquoi
desk-change-write = L’écrire, pour signature
