# Dossieret, som læses uden for kommunen: af politi, domstol og måske af afsenderen.

dossier-unit = Enhed
dossier-opened = Sagen begyndte
dossier-phase = Status
dossier-outcome = Personalejuristens vurdering
dossier-exhibits = Antal bilag
dossier-seen = { $at }, efter det, afsenderen af filen har oplyst
dossier-seen-by-server = { $at }, efter serverens eget ur
dossier-source = { $source } (oplyst, ikke kontrolleret)
dossier-hashed-by-sender = Kontrolsummen er beregnet på den ansattes egen enhed før afsendelsen og igen ved modtagelsen; de er ens
dossier-hashed-here = Kontrolsummen er beregnet ved modtagelsen
dossier-alt = Bilag { $number }: skærmbillede eller billede, gengivet uændret
dossier-head = Journalens slutsum
dossier-root = Seglets rod (Merkle)
dossier-key = Nøglens fingeraftryk
dossier-sealed = Forseglet efter serverens eget ur
dossier-stamped = Bilaget var forseglet hos kommunen før { $before }; det bevidner { $authority } med et tidsstempel i pakken. Det viser ikke, hvem der har skrevet noget, eller om det har stået på nettet.
dossier-not-stamped = Tidspunktet er serverens eget; intet uafhængigt tidsstempel dækker bilaget.
dossier-limits = Tiderne er serverens egne. Sammenlign nøglens fingeraftryk med det, som kommunen offentliggør.
