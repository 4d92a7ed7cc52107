# Serveren som vidne: hvad den selv så, hvor et link fører hen, og hvad det viser.

arrival-server = Hentet af serveren selv
grade-witness-and-server = Et vidne og serveren
grade-witness-and-server-text = En person har sendt en fil, og serveren har selv hentet den side, som linket fører til. En, der behandler sagen, har vurderet, at de viser det samme. Det viser, at adressen svarede sådan, da serveren spurgte uden at være logget ind, og det gør det usandsynligt, at filen er lavet til lejligheden. Det viser ikke, hvem der har skrevet det, og ikke, hvad der stod før eller efter.
grade-server-alone = Serveren alene
grade-server-alone-text = Serveren har selv hentet siden uden at være logget ind. Det viser, hvad adressen svarede på det tidspunkt efter serverens ur. Det viser ikke, hvem der har skrevet det, og ikke, at en medarbejder så det samme: Ingen har vurderet det op mod en fil, som en person har sendt.
event-link-witnessed = så selv efter, hvor linket fører hen: { $seen }.
seen-page = siden kunne ses
seen-file = det er en fil og ikke en side
seen-login-wall = siden kræver, at man logger ind
seen-cookie-wall = et spørgsmål om cookies dækker siden
seen-consent = en anden side beder først om samtykke
seen-not-found = siden findes ikke
seen-removed = der står, at indholdet er slettet eller lukket
seen-refused = siden ville ikke vises for serveren
seen-failed = siden svarede med en fejl
seen-unreached = siden kunne ikke hentes
stopped-not-public = Adressen ligger ikke på det offentlige internet, og dér henter serveren ikke noget.
stopped-no-name = Adressens navn findes ikke.
stopped-no-answer = Der kom intet svar.
stopped-too-large = Siden fyldte mere end 50 MB. Resten er ikke hentet.
stopped-too-slow = Siden blev ikke færdig inden for 60 sekunder. Resten er ikke hentet.
stopped-not-shown = Browseren kunne ikke vise siden, så der er intet billede.
stopped-packed = Svaret var pakket på en måde, som serveren ikke tager imod.
stopped-given-up = Serveren gav op efter flere forsøg.
witness-fact-asked = Linket
witness-fact-at = Hentet (efter serverens ur)
witness-fact-seen = Hvad serveren mødte
witness-fact-url = Førte til adressen
witness-fact-status = Svarets kode
witness-fact-title = Sidens titel
witness-fact-hop = På vejen
witness-fact-address = Netadresse
witness-fact-certificate = Certifikat
witness-fact-certificate-sha256 = Certifikatets kontrolsum (SHA-256)
witness-fact-exhibits = Optagelsen
witness-fact-rest = Ikke med
witness-fact-browser = Browser
witness-fact-key = Nøgle, der har underskrevet webarkivet (SHA-256)
witness-fact-shows = Hvad det viser
witness-certificate = For { $host }: { $subject }, udstedt af { $issuer }, gælder fra { $from } til { $until }.
witness-trusted = Serveren stoler på udstederen.
witness-not-trusted = Serveren kunne ikke bekræfte det. Hvem der svarede, er derfor usikkert.
witness-exhibits = Bilag { $picture } er et billede af hele siden, og bilag { $archive } er et webarkiv med alt, hvad der blev hentet.
witness-picture = Bilag { $number } er et billede af hele siden.
witness-archive = Bilag { $number } er et webarkiv med alt, hvad der blev hentet.
witness-refused = { $n ->
    [one] 1 del af siden ligger ikke på det offentlige internet og er ikke hentet.
   *[other] { $n } dele af siden ligger ikke på det offentlige internet og er ikke hentet.
}
witness-shows = Sådan svarede linket serveren, da den så efter uden at være logget ind. Hvad serveren mødte, er gættet ud fra svaret og ordene på siden; det er billedet, der tæller. Adresse, titel og certifikat er oplyst af siden selv. Den, der har siden, kan vise serveren noget andet end andre. Det viser ikke, hvem der har skrevet noget.
witness-looked = Serveren så selv efter, hvor linket fører hen, { $at }: { $seen }.
witness-compare = Skriv, at dette og bilag { $number } viser det samme
witness-heading = Serverens eget blik
problem-server-saw-other = Serveren mødte noget andet end siden. Den er ikke vidne til, hvad der stod på den.
