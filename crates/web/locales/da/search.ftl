search = Søg i sager
search-for = Søg efter
search-do = Søg
search-what = Du finder kun det, du har adgang til at læse. Der søges i sagens tekst, i teksten på billeder og andre bilag, og i navne. Alle ordene skal være der. En sag, der lige er ændret, kan findes igen efter et øjeblik.
search-none = Ingen af de sager, du har adgang til, indeholder alle ordene i »{ $asked }«. Prøv færre ord eller en anden stavemåde.
search-found = { $n ->
    [one] 1 sag
   *[other] { $n } sager
}
search-order = Den sag, der passer bedst, står øverst.
search-rebuilding = Søgningen bliver bygget op på ny. { $done } af { $all } sager er med, så nogle kan mangle.
found-in = Fundet i { $places }
found-in-case = sagens tekst
found-in-exhibit = et bilag
found-in-name = et navn
operations-search = Søgning
operations-search-whole = Alle sager kan findes.
operations-search-rebuilding = Bygges op på ny: { $done } af { $all } sager
