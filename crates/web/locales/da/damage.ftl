notice-exhibit-damaged = Et bilag i sagen er beskadiget.
event-exhibit-found-damaged-missing = kontrollerede filerne: filen til bilag { $number } er væk.
event-exhibit-found-damaged-altered = kontrollerede filerne: bilag { $number } er ikke længere den fil, der kom.
event-exhibit-found-damaged-unreadable = kontrollerede filerne: bilag { $number } kan ikke læses fra disken.
exhibit-damaged-do = Bed it-afdelingen om at hente filen fra en sikkerhedskopi. Slet ikke den, I selv har, hvis I har en.
damage-missing = filen er væk
damage-altered = filen er ikke længere den, der kom
damage-unreadable = filen kan ikke læses fra disken
