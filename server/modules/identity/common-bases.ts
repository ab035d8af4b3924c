/** The words at the heart of the most used passwords; digits and signs around them do not help. */
export const commonBases: ReadonlySet<string> = new Set(
  `password passwort passw passwordpassword mypassword newpassword changeme changemenow changethis letmein letmeinnow
  welcome welcomeback welcomehome qwerty qwertyuiop qwertyqwerty asdfghjkl asdfasdf zxcvbnm iloveyou iloveyouso
  administrator admin adminadmin superuser supersecret secret topsecret default defaultpassword temporary temppassword
  testtest testpassword testing guest guestguest login loginlogin access accessgranted master monkey dragon
  football baseball basketball soccer hockey superman batman starwars pokemon princess sunshine shadow michael
  jordan jennifer ashley charlie thomas daniel whatever trustno trustnoone freedom computer internet microsoft
  windows google facebook samsung hospital healthcare clinic medical medicine doctor nurse nursing patient patients
  pharmacy hipaa hipaasecure emergency surgery radiology cardiology pediatrics springtime summer summertime autumn
  winter wintertime spring january february march april june july august september october november december monday
  tuesday wednesday thursday friday saturday sunday company companyname office business security secure correcthorsebatterystaple`.split(
    /\s+/,
  ),
);
