// Every word that the page says, in four languages. A test holds that none is missing. Technical evidence (expected, found, reason) is shown as
// the verifier gives it.

import type { CheckId, Status, Verdict } from "../core/report";

export const LANGUAGES = ["nl", "fr", "de", "en"] as const;
export type Language = (typeof LANGUAGES)[number];
export type Words = readonly [nl: string, fr: string, de: string, en: string];

/** How numbers and times are written. Belgium's own ways; English as in Europe, without "PM". */
export const LOCALES: Record<Language, string> = { nl: "nl-BE", fr: "fr-BE", de: "de-BE", en: "en-GB" };

export const LANGUAGE_NAMES: Record<Language, string> = { nl: "Nederlands", fr: "Français", de: "Deutsch", en: "English" };

export const TEXTS = {
  title: ["Een loting controleren", "Vérifier un tirage au sort", "Eine Auslosung prüfen", "Check a draw"],
  intro: [
    "Kies het bewijsbestand van een loting. Alles wordt hier gecontroleerd, op uw eigen toestel. Er wordt niets verstuurd; deze pagina werkt ook zonder internet.",
    "Choisissez le fichier de preuve d’un tirage. Tout est vérifié ici, sur votre appareil. Rien n’est envoyé ; cette page fonctionne aussi sans internet.",
    "Wählen Sie die Beweisdatei einer Auslosung. Alles wird hier geprüft, auf Ihrem eigenen Gerät. Nichts wird gesendet; diese Seite braucht kein Internet.",
    "Choose the proof file of a draw. Everything is checked here, on your own device. Nothing is sent anywhere; this page needs no internet.",
  ],
  introServed: ["Het bewijs van deze loting wordt hier gecontroleerd, op uw eigen toestel.", "La preuve de ce tirage est vérifiée ici, sur votre appareil.", "Der Beweis dieser Auslosung wird hier geprüft, auf Ihrem eigenen Gerät.", "The proof of this draw is checked here, on your own device."],
  backToDraw: ["terug naar de loting", "retour au tirage", "zurück zur Auslosung", "back to the draw"],
  otherFiles: ["Andere bestanden controleren", "Vérifier d’autres fichiers", "Andere Dateien prüfen", "Check other files"],
  chooseBundle: ["Bewijsbestand (.json)", "Fichier de preuve (.json)", "Beweisdatei (.json)", "Proof file (.json)"],
  chooseTrust: ["Uw vertrouwensbestand (als u er een hebt)", "Votre fichier de confiance (si vous en avez un)", "Ihre Vertrauensdatei (falls Sie eine haben)", "Your trust file (if you have one)"],
  chooseArtifacts: ["Grote bijlagen, als ze naast het bewijs liggen", "Grandes annexes, si elles accompagnent la preuve", "Große Anlagen, falls sie neben dem Beweis liegen", "Large attachments, if they lie beside the proof"],
  more: ["Meer keuzes", "Plus d’options", "Weitere Angaben", "More options"],
  strict: ["Streng: eis getuigen", "Strict : exiger des témoins", "Streng: Zeugen verlangen", "Strict: demand witnesses"],
  drop: ["Of sleep de bestanden hierheen.", "Ou déposez les fichiers ici.", "Oder ziehen Sie die Dateien hierher.", "Or drop the files here."],
  working: ["Bezig met controleren …", "Vérification en cours …", "Wird geprüft …", "Checking …"],
  language: ["Taal", "Langue", "Sprache", "Language"],
  verdict: ["Uitkomst", "Verdict", "Ergebnis", "Verdict"],
  rehearsal: [
    "REPETITIE: dit logboek kent een proefbaken, dat niets bewijst. Wie de sleutel ervan heeft, kan elke uitslag vooraf kennen.",
    "RÉPÉTITION : ce journal admet une balise d’essai, qui ne prouve rien. Qui en détient la clé peut connaître chaque résultat d’avance.",
    "PROBE: Dieses Protokoll kennt einen Probesender, der nichts beweist. Wer dessen Schlüssel hat, kann jedes Ergebnis vorher kennen.",
    "REHEARSAL: this log may use a rehearsal beacon, which proves nothing. Whoever holds its key can know every result beforehand.",
  ],
  noTrust: [
    "U gaf geen vertrouwensbestand. De sleutels die het bewijs zelf noemt, zijn geloofd: vergelijk ze met wat de organisator elders bekendmaakt.",
    "Vous n’avez pas donné de fichier de confiance. Les clés que la preuve nomme elle-même ont été crues : comparez-les avec celles publiées ailleurs.",
    "Sie haben keine Vertrauensdatei angegeben. Den Schlüsseln, die der Beweis selbst nennt, wurde geglaubt: Vergleichen Sie sie mit den anderswo veröffentlichten.",
    "You gave no trust file. The keys that the proof itself names were believed: compare them with what the organiser publishes elsewhere.",
  ],
  noWitnesses: [
    "Er werden geen getuigen gevraagd: dat iedereen hetzelfde logboek ziet en dat op tijd werd verzegeld, is het woord van de beheerder.",
    "Aucun témoin n’a été exigé : que tous voient le même journal et que le scellement a eu lieu à temps, seul l’exploitant le dit.",
    "Zeugen wurden nicht verlangt: Dass alle dasselbe Protokoll sehen und rechtzeitig versiegelt wurde, sagt allein der Betreiber.",
    "No witnesses were asked for: that everybody sees the same log, and that it was sealed in time, is the operator’s word.",
  ],
  facts: ["Wat er gebeurde", "Ce qui s’est passé", "Was geschah", "What happened"],
  organiser: ["Organisator", "Organisateur", "Veranstalter", "Organiser"],
  draw: ["Loting", "Tirage", "Auslosung", "Draw"],
  log: ["Logboek", "Journal", "Protokoll", "Log"],
  attempt: ["Poging", "Tentative", "Versuch", "Attempt"],
  pool: ["Personen in de pool", "Personnes dans l’urne", "Personen im Lostopf", "People in the pool"],
  seats: ["Door loting", "Par tirage au sort", "Durch das Los", "By lot"],
  reserves: ["Reserves", "Réserves", "Nachrücker", "Reserves"],
  method: ["Methode", "Méthode", "Verfahren", "Method"],
  announced: ["Aangekondigd", "Annoncé", "Angekündigt", "Announced"],
  sealed: ["Verzegeld", "Scellé", "Versiegelt", "Sealed"],
  beacon: ["Baken", "Balise", "Zufallssender", "Beacon"],
  beaconRehearsal: ["proefbaken", "balise d’essai", "Probesender", "rehearsal beacon"],
  beaconRound: ["ronde {n} van het baken", "ronde {n} de la balise", "Runde {n} des Senders", "round {n} of the beacon"],
  drawn: ["Geloot", "Tiré au sort", "Ausgelost", "Drawn"],
  drawnIndices: ["Geloot (nummers in de pool)", "Tirés au sort (numéros dans l’urne)", "Ausgelost (Nummern im Lostopf)", "Drawn (numbers in the pool)"],
  givenIndices: ["Opgegeven na de ronde; het zaad gaf", "Abandonné après la ronde ; la graine donnait", "Nach der Runde aufgegeben; der Same ergab", "Given up after its round; the seed gave"],
  seatedNow: ["Zetelt nu (nummers)", "Siègent maintenant (numéros)", "Derzeit Mitglieder (Nummern)", "Members now (numbers)"],
  closed: ["Afgesloten", "Clôturé", "Beendet", "Closed"],
  tableReason: ["Reden om de tabel bekend te maken", "Raison de publier le tableau", "Grund, die Tabelle zu veröffentlichen", "Reason to publish the table"],
  notDrawn: ["Niet geloot", "Non tirés", "Nicht ausgelost", "Not drawn"],
  limits: ["Wat dit niet bewijst", "Ce que cela ne prouve pas", "Was das nicht beweist", "What this does not prove"],
  limitsList: [
    "Dat het register volledig was, of dat niemand er tweemaal in stond.|Dat iemand die een zetel opgaf, dat echt wilde; en wie er op de dag zelf was.|Dat er later niets meer gebeurde: een bewijs kan geen stappen tonen die na het maken ervan werden genoteerd. Wie het hele logboek leest, ziet ze.",
    "Que le registre était complet, ou que personne n’y figurait deux fois.|Que celui qui a cédé un siège le voulait vraiment ; ni qui était présent le jour venu.|Que rien n’a suivi : une preuve ne peut montrer les étapes inscrites après elle. Qui lit le journal entier les voit.",
    "Dass das Register vollständig war oder niemand doppelt darin stand.|Dass jemand, der einen Sitz aufgab, das wirklich wollte; und wer am Tag selbst da war.|Dass danach nichts mehr geschah: Ein Beweis kann keine späteren Schritte zeigen. Wer das ganze Protokoll liest, sieht sie.",
    "That the register was complete, or named nobody twice.|That somebody who gave up a seat really wanted to; nor who turned up on the day.|That nothing happened later: a proof cannot show steps logged after it was made. Reading the whole log can.",
  ],
  checks: ["Alle controles", "Toutes les vérifications", "Alle Prüfungen", "All checks"],
  checked: ["Wat gecontroleerd wordt:", "Ce qui est vérifié :", "Geprüft wird:", "What is checked:"],
  expected: ["Verwacht", "Attendu", "Erwartet", "Expected"],
  found: ["Gevonden", "Trouvé", "Gefunden", "Found"],
  detail: ["Detail (Engels)", "Détail (anglais)", "Einzelheit (englisch)", "Detail"],
  fingerprint: ["SHA-256 van het bestand", "SHA-256 du fichier", "SHA-256 der Datei", "SHA-256 of the file"],
  broken: ["De controle zelf is mislukt. Dit is een fout van dit programma, geen uitspraak over de loting.", "La vérification elle-même a échoué. C’est une erreur de ce programme, non un verdict sur le tirage.", "Die Prüfung selbst ist gescheitert. Das ist ein Fehler dieses Programms, kein Urteil über die Auslosung.", "The check itself broke. That is a fault of this program, and says nothing of the draw."],
  badTrust: ["Het vertrouwensbestand kan niet worden gelezen", "Le fichier de confiance est illisible", "Die Vertrauensdatei kann nicht gelesen werden", "The trust file cannot be read"],
  receiptTitle: ["Zat ik in de pool?", "Étais-je dans l’urne ?", "War ich im Lostopf?", "Was I in the pool?"],
  receiptIntro: [
    "Plak de link van uw brief of typ de code van 26 tekens. Uw gegevens verlaten dit toestel niet.",
    "Collez le lien de votre lettre ou tapez le code de 26 caractères. Vos données ne quittent pas cet appareil.",
    "Fügen Sie den Link Ihres Briefes ein oder tippen Sie den Code aus 26 Zeichen. Ihre Daten verlassen dieses Gerät nicht.",
    "Paste the link of your letter or type the code of 26 characters. Your data do not leave this device.",
  ],
  receiptLink: ["Link of code", "Lien ou code", "Link oder Code", "Link or code"],
  receiptBox: ["Kistje (alleen bij een code, zonder internet)", "Boîte (seulement avec un code, sans internet)", "Kästchen (nur bei einem Code, ohne Internet)", "Box (only with a code, without internet)"],
  receiptCheck: ["Controleer", "Vérifier", "Prüfen", "Check my entry"],
  receiptNeedsBundle: ["Kies eerst het bewijsbestand van de loting.", "Choisissez d’abord le fichier de preuve du tirage.", "Wählen Sie zuerst die Beweisdatei der Auslosung.", "Choose the proof file of the draw first."],
  receiptNeedsBox: ["Deze code hoort bij het kistje met deze naam:", "Ce code correspond à la boîte de ce nom :", "Dieser Code gehört zum Kästchen mit diesem Namen:", "This code belongs to the box of this name:"],
  receiptNoBox: [
    "Op deze site ligt niets bij deze code voor deze loting. Vergelijk de code met uw brief; klopt ze, vraag dan de organisator.",
    "Ce site n’a rien pour ce code dans ce tirage. Comparez le code avec votre lettre ; s’il est juste, demandez à l’organisateur.",
    "Auf dieser Seite liegt zu diesem Code für diese Auslosung nichts. Vergleichen Sie den Code mit Ihrem Brief; stimmt er, fragen Sie den Veranstalter.",
    "This site has nothing for this code in this draw. Compare the code with your letter; if it is right, ask the organiser.",
  ],
  mistakeLength: ["Een code heeft 26 tekens. Kijk in uw brief of u alle tekens hebt overgenomen, en geen te veel.", "Un code a 26 caractères. Vérifiez sur votre lettre que vous les avez tous repris, et pas un de trop.", "Ein Code hat 26 Zeichen. Sehen Sie in Ihrem Brief nach, ob Sie alle abgeschrieben haben, und keines zu viel.", "A code has 26 characters. See on your letter whether you copied them all, and none too many."],
  mistakeCharacter: ["Er staat een teken in dat geen enkele code heeft: een code bestaat uit cijfers en letters, zonder U. Vergelijk ze met uw brief.", "Un des caractères ne figure dans aucun code : un code est fait de chiffres et de lettres, sans U. Comparez-le avec votre lettre.", "Darin steht ein Zeichen, das kein Code hat: Ein Code besteht aus Ziffern und Buchstaben, ohne U. Vergleichen Sie ihn mit Ihrem Brief.", "One of the characters is in no code: a code has digits and letters, without U. Compare it with your letter."],
  mistakeCheck: ["De code bevat een tikfout. Vergelijk ze teken voor teken met uw brief.", "Le code contient une faute de frappe. Comparez-le caractère par caractère avec votre lettre.", "Der Code hat einen Tippfehler. Vergleichen Sie ihn Zeichen für Zeichen mit Ihrem Brief.", "The code has a typing mistake. Compare it with your letter, character by character."],
  mistakeBox: ["Deze code opent dit kistje niet. Het hoort bij een andere code, of is beschadigd.", "Ce code n’ouvre pas cette boîte. Elle appartient à un autre code, ou elle est abîmée.", "Dieser Code öffnet dieses Kästchen nicht. Es gehört zu einem anderen Code, oder es ist beschädigt.", "This code does not open this box. The box belongs to another code, or is damaged."],
  mistakeOtherDraw: ["Dit ontvangstbewijs hoort bij een andere loting. Kies het bewijs van de loting die in uw brief staat.", "Ce reçu est celui d’un autre tirage. Choisissez la preuve du tirage que nomme votre lettre.", "Dieser Beleg gehört zu einer anderen Auslosung. Wählen Sie den Beweis der Auslosung, die in Ihrem Brief steht.", "This receipt belongs to another draw. Choose the proof of the draw that your letter names."],
  mistakeAltered: ["Dit ontvangstbewijs klopt niet: wat erin staat, ligt zo niet in de pool. Open de link opnieuw uit uw brief; blijft het zo, vraag dan de organisator.", "Ce reçu n’est pas valable : ce qu’il dit n’est pas ainsi dans l’urne. Rouvrez le lien de votre lettre ; si rien ne change, demandez à l’organisateur.", "Dieser Beleg stimmt nicht: Was darin steht, liegt so nicht im Lostopf. Öffnen Sie den Link noch einmal aus Ihrem Brief; bleibt es dabei, fragen Sie den Veranstalter.", "This receipt does not hold: what it says does not lie like that in the pool. Open the link of your letter again; if nothing changes, ask the organiser."],
  mistakeDamaged: ["Dit kan niet gelezen worden: de link is onvolledig of veranderd. Open hem opnieuw uit uw brief, of typ de code van 26 tekens.", "Ceci ne peut être lu : le lien est incomplet ou modifié. Rouvrez-le depuis votre lettre, ou tapez le code de 26 caractères.", "Das lässt sich nicht lesen: Der Link ist unvollständig oder verändert. Öffnen Sie ihn noch einmal aus Ihrem Brief, oder tippen Sie den Code aus 26 Zeichen.", "This cannot be read: the link is incomplete or was changed. Open it again from your letter, or type the code of 26 characters."],
  mistakeUnsealed: ["Deze loting is nog niet verzegeld. Kom terug als dat gebeurd is.", "Ce tirage n’est pas encore scellé. Revenez lorsqu’il le sera.", "Diese Auslosung ist noch nicht versiegelt. Kommen Sie wieder, wenn sie es ist.", "This draw is not sealed yet. Come back when it is."],
  receiptRefuted: ["Het bewijs van de loting zelf klopt niet of is niet volledig; wat hieronder staat, geldt maar zover als dat bewijs.", "La preuve du tirage elle-même est fausse ou incomplète ; ce qui suit ne vaut que ce que vaut cette preuve.", "Der Beweis der Auslosung selbst stimmt nicht oder ist unvollständig; das Folgende gilt nur so weit wie dieser Beweis.", "The proof of the draw itself does not hold or is incomplete; what follows holds only as far as that proof."],
  receiptIn: ["Deze regel zit in de verzegelde pool. Bent u dit?", "Cette ligne est dans l’urne scellée. Est-ce vous ?", "Diese Zeile liegt im versiegelten Lostopf. Sind Sie das?", "This row is in the sealed pool. Is this you?"],
  receiptNotYou: ["Zo niet, vraag het de organisator.", "Sinon, adressez-vous à l’organisateur.", "Wenn nicht, fragen Sie den Veranstalter.", "If not, ask the organiser."],
  receiptNumber: ["Nummer in de pool", "Numéro dans l’urne", "Nummer im Lostopf", "Number in the pool"],
  receiptNumbers: ["de nummers gaan van 0 tot {n}", "les numéros vont de 0 à {n}", "die Nummern gehen von 0 bis {n}", "numbers run from 0 to {n}"],
  receiptTicket: ["Lot", "Billet", "Los", "Ticket"],
  receiptChance: ["Kans", "Chance", "Chance", "Chance"],
  receiptPanelTicket: ["Laagste lot van uw panels", "Le plus bas billet de vos panels", "Niedrigstes Los Ihrer Gremien", "Lowest ticket of your panels"],
  receiptWinning: ["Hoogste lot dat won", "Plus haut billet gagnant", "Höchstes Los, das gewann", "Highest ticket that won"],
  receiptLosing: ["Laagste lot dat niet won", "Plus bas billet perdant", "Niedrigstes Los, das nicht gewann", "Lowest ticket that did not win"],
  receiptLowest: [
    "De laagste loten winnen, onder de personen waarmee het uwe werd vergeleken.",
    "Les billets les plus bas gagnent, parmi les personnes auxquelles le vôtre a été comparé.",
    "Die niedrigsten Lose gewinnen, unter den Personen, mit denen Ihres verglichen wurde.",
    "The lowest tickets win, among the people with whom yours was compared.",
  ],
  receiptLowestPanel: [
    "Elk panel heeft een lot; het panel met het laagste wint, met al zijn leden.",
    "Chaque panel a un billet ; celui qui a le billet le plus bas gagne, avec tous ses membres.",
    "Jedes Gremium hat ein Los; das mit dem niedrigsten gewinnt, mit allen Mitgliedern.",
    "Each panel has a ticket; the panel with the lowest wins, with all its members.",
  ],
  chanceOneIn: ["1 op {n}", "1 sur {n}", "1 von {n}", "1 in {n}"],
  chanceAbout: [
    "ongeveer 1 op {n}; minder als u met anderen uit de pool samenwoont",
    "environ 1 sur {n} ; moins si vous vivez avec d’autres personnes de l’urne",
    "etwa 1 von {n}; weniger, wenn Sie mit anderen aus dem Lostopf zusammenwohnen",
    "about 1 in {n}; less if you share a household with others in the pool",
  ],
  chanceNone: ["geen", "aucune", "keine", "none"],
  chanceSeats: ["{n} van {m} personen zoals u", "{n} sur {m} personnes comme vous", "{n} von {m} Personen wie Sie", "{n} of {m} people like you"],
  chancePanels: ["u staat in {n} van de {m} panels", "vous êtes dans {n} des {m} panels", "Sie sind in {n} von {m} Gremien", "you are on {n} of {m} panels"],
  standingDrawn: ["U bent geloot.", "Vous avez été tiré(e) au sort.", "Sie wurden ausgelost.", "You were drawn."],
  standingReserve: ["U bent reserve nummer {n}.", "Vous êtes réserve numéro {n}.", "Sie sind Nachrücker Nummer {n}.", "You are reserve number {n}."],
  standingSeated: ["U hebt later een zetel gekregen.", "Vous avez reçu un siège plus tard.", "Sie haben später einen Sitz bekommen.", "You were given a seat later."],
  standingLeft: ["U had een zetel en hebt die opgegeven.", "Vous aviez un siège et l’avez cédé.", "Sie hatten einen Sitz und haben ihn aufgegeben.", "You had a seat and gave it up."],
  standingNot: ["U bent niet geloot.", "Vous n’avez pas été tiré(e) au sort.", "Sie wurden nicht ausgelost.", "You were not drawn."],
  standingUnknown: ["Er is nog geen uitslag.", "Il n’y a pas encore de résultat.", "Es gibt noch kein Ergebnis.", "There is no result yet."],
  cheatTitle: ["Probeer vals te spelen", "Essayez de tricher", "Versuchen Sie zu betrügen", "Try to cheat"],
  cheatIntro: [
    "Verander iets aan een bewijs en kijk welke controle het merkt. Zonder eigen bestand wordt een verzonnen loting gebruikt.",
    "Modifiez une preuve et voyez quelle vérification le remarque. Sans fichier à vous, un tirage inventé sert d’exemple.",
    "Ändern Sie etwas an einem Beweis und sehen Sie, welche Prüfung es merkt. Ohne eigene Datei wird eine erfundene Auslosung benutzt.",
    "Change something in a proof and see which check notices. Without a file of your own an invented draw is used.",
  ],
  cheatStart: ["Begin", "Commencer", "Beginnen", "Begin"],
  cheatFriend: ["Een vriend in plaats van de eerste gelote zetten", "Mettre un ami à la place de la première personne tirée", "Einen Freund anstelle der ersten ausgelosten Person setzen", "Seat a friend in place of the first one drawn"],
  cheatRound: ["Een andere ronde van het baken kiezen", "Choisir une autre ronde de la balise", "Eine andere Runde des Zufallssenders wählen", "Choose another round of the beacon"],
  cheatSeats: ["Een zetel meer in de voorwaarden", "Un siège de plus dans les conditions", "Einen Sitz mehr in den Bedingungen", "One more seat in the terms"],
  cheatTime: ["De verzegeling vroeger dateren", "Antidater le scellement", "Die Versiegelung zurückdatieren", "Backdate the seal"],
  cheatStep: ["De aankondiging weglaten", "Omettre l’annonce", "Die Ankündigung weglassen", "Leave out the announcement"],
  cheatPart: ["Wat u verandert", "Ce que vous modifiez", "Was Sie ändern", "What you change"],
  cheatText: ["De tekst ervan", "Son texte", "Der Text davon", "Its text"],
  cheatRun: ["Controleer het veranderde bewijs", "Vérifier la preuve modifiée", "Den geänderten Beweis prüfen", "Check the changed proof"],
  cheatCaught: ["Gemerkt door:", "Remarqué par :", "Bemerkt von:", "Noticed by:"],
  cheatNone: ["Er is niets veranderd: het bewijs klopt.", "Rien n’a changé : la preuve est valable.", "Es hat sich nichts geändert: Der Beweis stimmt.", "Nothing changed: the proof holds."],
  cheatReset: ["Zet alles terug", "Tout rétablir", "Alles zurücksetzen", "Put everything back"],
  step: ["Stap", "Étape", "Schritt", "Step"],
  artifact: ["Bijlage", "Annexe", "Anlage", "Artifact"],
} as const satisfies Record<string, Words>;

export type TextId = keyof typeof TEXTS;

export const VERDICTS: Record<Verdict, { readonly word: Words; readonly plain: Words }> = {
  verified: {
    word: ["KLOPT", "VALABLE", "STIMMT", "VERIFIED"],
    plain: ["Alle vereiste controles zijn geslaagd: de uitslag volgt uit wat vooraf was verzegeld.", "Toutes les vérifications requises ont réussi : le résultat découle de ce qui était scellé d’avance.", "Alle nötigen Prüfungen sind bestanden: Das Ergebnis folgt aus dem, was vorher versiegelt war.", "All required checks passed: the result follows from what was sealed beforehand."],
  },
  refuted: {
    word: ["KLOPT NIET", "RÉFUTÉ", "WIDERLEGT", "REFUTED"],
    plain: ["Minstens één controle is mislukt. Vertrouw deze uitslag niet en vraag de organisator om uitleg.", "Au moins une vérification a échoué. Ne vous fiez pas à ce résultat et demandez des explications à l’organisateur.", "Mindestens eine Prüfung ist gescheitert. Trauen Sie diesem Ergebnis nicht und fragen Sie den Veranstalter.", "At least one check failed. Do not trust this result, and ask the organiser to explain."],
  },
  incomplete: {
    word: ["NIET VOLLEDIG", "INCOMPLET", "UNVOLLSTÄNDIG", "INCOMPLETE"],
    plain: ["Niets is weerlegd, maar een vereiste controle kon niet gebeuren.", "Rien n’est réfuté, mais une vérification requise n’a pu se faire.", "Nichts ist widerlegt, aber eine nötige Prüfung war nicht möglich.", "Nothing was refuted, but a required check could not run."],
  },
  unreadable: {
    word: ["ONLEESBAAR", "ILLISIBLE", "NICHT LESBAR", "UNREADABLE"],
    plain: ["Dit is geen bewijsbestand, of het is beschadigd. Haal het opnieuw op.", "Ce n’est pas un fichier de preuve, ou il est abîmé. Téléchargez-le à nouveau.", "Das ist keine Beweisdatei, oder sie ist beschädigt. Laden Sie sie neu.", "This is not a proof file, or it is damaged. Fetch it again."],
  },
};

export const STATUSES: Record<Status, Words> = {
  passed: ["geslaagd", "réussi", "bestanden", "passed"],
  failed: ["mislukt", "échoué", "gescheitert", "failed"],
  skipped: ["overgeslagen", "omis", "ausgelassen", "skipped"],
};

export const CHECK_TEXTS: Record<CheckId, { readonly name: Words; readonly means: Words }> = {
  format: {
    name: ["Vorm", "Forme", "Form", "Form"],
    means: ["Het bestand is heel, volledig en bevat niets wat er niet hoort; elke bijlage is die welke genoemd wordt.", "Le fichier est intact, complet et sans rien de superflu ; chaque annexe est bien celle qui est nommée.", "Die Datei ist heil, vollständig und enthält nichts Überflüssiges; jede Anlage ist die genannte.", "The file is whole, complete and holds nothing superfluous; each attachment is the one that is named."],
  },
  "log.signature": {
    name: ["Handtekeningen van het logboek", "Signatures du journal", "Unterschriften des Protokolls", "Signatures of the log"],
    means: ["Het logboek en zijn dienst hebben elke stap en de stand van het logboek ondertekend.", "Le journal et son service ont signé chaque étape et l’état du journal.", "Das Protokoll und sein Dienst haben jeden Schritt und den Stand des Protokolls unterschrieben.", "The log and its service signed every step and the state of the log."],
  },
  "log.inclusion": {
    name: ["Plaats in het logboek", "Place dans le journal", "Platz im Protokoll", "Place in the log"],
    means: ["Elke stap ligt op zijn plaats in het logboek; niemand kan hem stil verwisselen.", "Chaque étape est à sa place dans le journal ; nul ne peut l’échanger en silence.", "Jeder Schritt liegt an seinem Platz im Protokoll; niemand kann ihn heimlich tauschen.", "Each step lies at its place in the log; nobody can swap it silently."],
  },
  "log.chain": {
    name: ["Volgorde", "Ordre", "Reihenfolge", "Order"],
    means: ["De stappen volgen op elkaar zoals de regels het zeggen, en de tijd loopt nooit terug.", "Les étapes se suivent selon les règles, et le temps ne recule jamais.", "Die Schritte folgen einander nach den Regeln, und die Zeit läuft nie zurück.", "The steps follow one another by the rules, and time never falls."],
  },
  "log.consistency": {
    name: ["Niets herschreven", "Rien de réécrit", "Nichts umgeschrieben", "Nothing rewritten"],
    means: ["Het logboek van nu zet dat van vroeger voort: er is niets uit gehaald.", "Le journal d’aujourd’hui prolonge celui d’hier : rien n’en a été retiré.", "Das heutige Protokoll setzt das frühere fort: Nichts wurde entfernt.", "The log of today extends the log of before: nothing was taken out."],
  },
  "log.witnesses": {
    name: ["Getuigen", "Témoins", "Zeugen", "Witnesses"],
    means: ["Onafhankelijke getuigen bevestigen dat iedereen hetzelfde logboek ziet.", "Des témoins indépendants confirment que tous voient le même journal.", "Unabhängige Zeugen bestätigen, dass alle dasselbe Protokoll sehen.", "Independent witnesses confirm that everybody sees the same log."],
  },
  "organiser.keys": {
    name: ["Sleutels van de organisator", "Clés de l’organisateur", "Schlüssel des Veranstalters", "The organiser’s keys"],
    means: ["De organisator is ingeschreven, en elke wissel van sleutels is door de vorige goedgekeurd of heeft gewacht.", "L’organisateur est inscrit, et tout changement de clés a été approuvé par les précédentes ou a attendu.", "Der Veranstalter ist eingetragen, und jeder Schlüsselwechsel wurde von den früheren gebilligt oder hat gewartet.", "The organiser is enrolled, and every change of keys was approved by the old ones or has waited."],
  },
  "terms.signatures": {
    name: ["Handtekeningen van de organisator", "Signatures de l’organisateur", "Unterschriften des Veranstalters", "Signatures of the organiser"],
    means: ["Genoeg leden van de organisator hebben de voorwaarden en elke beslissing ondertekend.", "Assez de membres de l’organisateur ont signé les conditions et chaque décision.", "Genug Mitglieder des Veranstalters haben die Bedingungen und jede Entscheidung unterschrieben.", "Enough of the organiser’s members signed the terms and every decision."],
  },
  "terms.attempts": {
    name: ["Geen stille herkansing", "Pas de nouvel essai caché", "Kein stiller Neuversuch", "No silent retry"],
    means: ["De loting was aangekondigd; elke poging en elk uitstel telt en is zichtbaar.", "Le tirage a été annoncé ; chaque tentative et chaque report compte et se voit.", "Die Auslosung war angekündigt; jeder Versuch und jede Verschiebung zählt und ist sichtbar.", "The draw was announced; every attempt and postponement counts and can be seen."],
  },
  "time.round": {
    name: ["De juiste ronde", "La bonne ronde", "Die richtige Runde", "The right round"],
    means: ["De ronde van het baken volgt uit het aangekondigde uur; niemand kon er een uitkiezen.", "La ronde de la balise découle de l’heure annoncée ; nul n’a pu la choisir.", "Die Runde des Zufallssenders folgt aus der angekündigten Zeit; niemand konnte sie aussuchen.", "The beacon’s round follows from the announced time; nobody could pick one."],
  },
  "time.sealed": {
    name: ["Op tijd verzegeld", "Scellé à temps", "Rechtzeitig versiegelt", "Sealed in time"],
    means: ["Alles lag vast voor het baken zijn ronde bekendmaakte.", "Tout était fixé avant que la balise ne publie sa ronde.", "Alles stand fest, bevor der Zufallssender seine Runde bekannt gab.", "Everything was fixed before the beacon published its round."],
  },
  "time.tokens": {
    name: ["Tijdstempels van buiten", "Horodatages externes", "Zeitstempel von außen", "Outside timestamps"],
    means: ["Een tijdstempeldienst kan bevestigen wanneer er werd verzegeld. Nooit vereist.", "Un service d’horodatage peut confirmer quand on a scellé. Jamais requis.", "Ein Zeitstempeldienst kann bestätigen, wann versiegelt wurde. Nie nötig.", "A timestamping service may confirm when it was sealed. Never required."],
  },
  "beacon.signature": {
    name: ["Het baken", "La balise", "Der Zufallssender", "The beacon"],
    means: ["Het toeval komt van het openbare baken dat vooraf was genoemd, en is echt.", "Le hasard vient de la balise publique nommée d’avance, et il est authentique.", "Der Zufall kommt vom vorher genannten öffentlichen Zufallssender und ist echt.", "The randomness is from the public beacon that was named beforehand, and is genuine."],
  },
  "pool.table": {
    name: ["De tabel van de pool", "Le tableau de l’urne", "Die Tabelle des Lostopfs", "The pool’s table"],
    means: ["De bekendgemaakte tabel is precies de pool die werd verzegeld.", "Le tableau publié est exactement l’urne scellée.", "Die veröffentlichte Tabelle ist genau der versiegelte Lostopf.", "The published table is exactly the pool that was sealed."],
  },
  "pool.from": {
    name: ["Uit de eerdere loting", "Issu du tirage précédent", "Aus der früheren Auslosung", "From the earlier draw"],
    means: ["Iedereen in deze pool werd in de eerdere loting geloot; niemand is erbij gesmokkeld.", "Toutes les personnes de cette urne ont été tirées lors du tirage précédent ; personne d’autre n’y a été glissé.", "Alle in diesem Lostopf wurden in der früheren Auslosung ausgelost; niemand wurde eingeschmuggelt.", "Everybody in this pool was drawn in the earlier draw; nobody was slipped in."],
  },
  "panels.quotas": {
    name: ["Quota van de panels", "Quotas des panels", "Quoten der Gremien", "Quotas of the panels"],
    means: ["Elk panel op de lijst heeft de juiste grootte en haalt elk quotum.", "Chaque panel de la liste a la bonne taille et respecte chaque quota.", "Jedes Gremium der Liste hat die richtige Größe und hält jede Quote ein.", "Each panel on the list has the right size and meets every quota."],
  },
  "panels.counts": {
    name: ["Gelijke kansen op de lijst", "Chances égales sur la liste", "Gleiche Chancen auf der Liste", "Chances on the list"],
    means: ["Iedereen staat op zoveel panels als de voorwaarden beloven.", "Chacun figure sur autant de panels que les conditions le promettent.", "Jeder steht auf so vielen Gremien, wie die Bedingungen versprechen.", "Everybody is on as many panels as the terms promise."],
  },
  "panels.certificate": {
    name: ["Hoe eerlijk de lijst is", "Équité de la liste", "Wie gerecht die Liste ist", "How fair the list is"],
    means: ["Een getuigschrift begrenst hoeveel eerlijker een andere lijst had kunnen zijn. Vereist als de regels er een noemen.", "Un certificat borne combien une autre liste aurait pu être plus équitable. Requis si les règles en nomment un.", "Ein Zertifikat begrenzt, wie viel gerechter eine andere Liste hätte sein können. Nötig, wenn die Regeln eines nennen.", "A certificate bounds how much fairer another list could have been. Required if the rules name one."],
  },
  "draw.outcome": {
    name: ["De uitslag", "Le résultat", "Das Ergebnis", "The result"],
    means: ["De loting is hier opnieuw gedaan: dezelfde mensen, in dezelfde volgorde.", "Le tirage a été refait ici : les mêmes personnes, dans le même ordre.", "Die Auslosung wurde hier wiederholt: dieselben Menschen in derselben Reihenfolge.", "The draw was done again here: the same people, in the same order."],
  },
  "replacements.rule": {
    name: ["Vervangingen", "Remplacements", "Nachrücken", "Replacements"],
    means: ["Wie een opengevallen zetel kreeg, volgt uit dezelfde loten en regels.", "Celui qui a reçu un siège libre découle des mêmes billets et règles.", "Wer einen frei gewordenen Sitz bekam, folgt aus denselben Losen und Regeln.", "Whoever was given a vacant seat follows from the same tickets and rules."],
  },
  voids: {
    name: ["Opgegeven lotingen", "Tirages abandonnés", "Aufgegebene Auslosungen", "Draws given up"],
    means: ["Elke afgelaste of opgegeven loting is wat ze zegt te zijn, en wordt geteld.", "Chaque tirage annulé ou abandonné est ce qu’il prétend, et il est compté.", "Jede abgesagte oder aufgegebene Auslosung ist, was sie zu sein vorgibt, und wird gezählt.", "Each draw cancelled or abandoned is what it says, and is counted."],
  },
};

export const METHODS: Record<string, Words> = {
  equal: ["iedereen gelijke kans", "chances égales pour tous", "gleiche Chance für alle", "everybody an equal chance"],
  households: ["hoogstens één per gezin", "au plus un par ménage", "höchstens eine Person je Haushalt", "at most one of a household"],
  stratified: ["per groep", "par groupe", "nach Gruppen", "by groups"],
  panels: ["één panel uit een lijst", "un panel d’une liste", "ein Gremium aus einer Liste", "one panel of a list"],
};

export function pick(words: Words, language: Language): string {
  return words[LANGUAGES.indexOf(language)]!;
}
