profile-reminded = Seneste påmindelse
profile-reminded-guide = { $at }, fordi du ikke havde kvitteret for udgave { $number } af vejledningen.
