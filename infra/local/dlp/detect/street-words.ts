const list = (words: string): string[] => words.split(' ');

/** USPS Publication 28, appendix C1: the common abbreviations; and what other languages put behind a street's name. */
export const STREET_SUFFIXES = list(
  'boulevard aly ave av blvd br byp cir ct crk cres crt dr expy ext fwy grv hts hwy ln lndg mnr mt pkwy pl plz rd rdg sq st sta ter trl ' +
    'tpke vly vw xing close mews parade quay esplanade promenade highway freeway pass wharf walk row rise court street road lane ' +
    'strasse straße str weg platz allee gasse damm ring ufer chaussee ulica ulice cesta nábřeží náměstí utca út tér krt sokak caddesi ' +
    'gata gatan gade vej väg plass plats katu tie kuja straat laan plein kade gracht dijk iela gatve tänav',
);

/** What stands ahead of a street's name in languages that put it first. */
export const STREET_PREFIXES = list(
  'rue avenue av ave boulevard bd chemin allée allee impasse quai place passage voie route cours sentier square rua avenida travessa ' +
    'alameda praça praca largo estrada rodovia via viale piazza piazzale corso strada vicolo largo calle avda carretera camino camiño ' +
    'paseo plaza ronda rambla urbanización urbanizacion carrera calzada callejón ul ulica al aleja plac trg nám náměstí strada str ' +
    'bulevardul aleea jalan jln ulitsa prospekt leoforos odos οδός οδοσ λεωφόρος λεωφ πλατεία',
);

/** Endings by which one word tells that it is a street, in Germanic, Nordic, Finnish, Hungarian and Slavic languages. */
export const STREET_ENDING =
  /(?:stra(?:ss|ß)e|straat|strasse|str\.?|weg|gasse|allee|platz|damm|laan|plein|gracht|kade|dijk|dreef|hof|baan|steenweg|singel|gata|gatan|gade|vegen|veien|vägen|vej|väg|gränd|stigen|torget|backen|katu|tie|kuja|polku|raitti|utca|vegur|vegi|stígur|braut|hagi|ulica)$/u;
