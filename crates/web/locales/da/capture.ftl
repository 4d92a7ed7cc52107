# Optagelse med udvidelsen i medarbejderens egen browser: hvad der vides om siden, og siden, der tager imod.

arrival-extension = Optaget i medarbejderens egen browser
file-type-web-page = Gemt webside
capture-fact-url = Sidens adresse
capture-fact-title = Sidens titel
capture-fact-at = Optaget (efter den computers ur)
capture-fact-time = Tid, som siden selv oplyser
capture-fact-rest = Ikke med
capture-fact-shows = Hvad optagelsen viser
capture-more-times = { $n ->
    [one] 1 tid mere
   *[other] { $n } tider mere
}
capture-cut = Siden fortsatte længere, end der er optaget. Resten er ikke på billedet.
capture-missing = { $n ->
    [one] 1 af sidens billeder eller typografier kunne ikke gemmes i filen. Se billedet af siden.
   *[other] { $n } af sidens billeder og typografier kunne ikke gemmes i filen. Se billedet af siden.
}
capture-shows = Sådan så siden ud i browseren hos den medarbejder, der optog den. Det viser ikke, hvem der har skrevet noget, eller at andre så det samme. Tidspunktet er computerens eget ur. Adresse, titel og sidens egne tider er oplyst af browseren og af siden. Intet af det er kontrolleret.
capture-title = Optagelse fra browseren
capture-needs-script = Siden kan kun tage imod en optagelse, hvis JavaScript er slået til.
capture-alone = Her tager Værn imod en side, som du har optaget. Gå til den side, du vil optage, og tryk på Værns knap i browserens værktøjslinje.
capture-taking = Tager imod optagelsen …
capture-sign-in = Du er ikke logget ind. Log ind, så kommer optagelsen med i din henvendelse. Luk ikke denne fane imens.
capture-to-sign-in = Log ind i en ny fane
capture-back = Du er logget ind. Kommer du ikke videre af dig selv, så gå tilbage til fanen med optagelsen, og åbn henvendelsen derfra.
capture-too-big = Optagelsen er for stor til at blive sat ind her. Gå tilbage til fanen med optagelsen, hent filerne der, og vælg dem i henvendelsen.
capture-failed = Optagelsen kunne ikke gemmes her. Gå tilbage til fanen med optagelsen, og prøv igen, eller hent filerne der.
