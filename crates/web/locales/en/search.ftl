search = Search cases
search-for = Search for
search-do = Search
search-what = You find only what you have access to read. The text of the case, the text in pictures and other exhibits, and names are searched. All words must be there. A case that has just been changed can be found again in a moment.
search-none = None of the cases you have access to holds all the words in “{ $asked }”. Try fewer words or another spelling.
search-found = { $n ->
    [one] 1 case
   *[other] { $n } cases
}
search-order = The case that fits best is at the top.
search-rebuilding = The search is being built again. { $done } of { $all } cases are in it, so some may be missing.
found-in = Found in { $places }
found-in-case = the text of the case
found-in-exhibit = an exhibit
found-in-name = a name
operations-search = Search
operations-search-whole = All cases can be found.
operations-search-rebuilding = Being built again: { $done } of { $all } cases
