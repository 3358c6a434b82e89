const list = (words: string): string[] => words.split(' ');

/** Legal forms of companies, as written behind their names, without dots. */
export const LEGAL_FORMS = list(
  'inc incorporated llc llp lp ltd limited corp corporation co company plc gmbh ag kg kgaa ohg ug sa sas sarl srl spa nv bv ab as asa oy oyj ' +
    'aps pty kft zrt sro doo kk sl pvt',
);

/** What names an institution when it ends the name. */
export const INSTITUTIONS = list(
  'group holding holdings partners associates industries enterprises foundation institute university college hospital clinic bank ' +
    'insurance technologies technology solutions systems services consulting consultants ventures capital labs laboratories agency council ' +
    'society union association federation trust fund funds bancorp software networks network analytics robotics biosciences ' +
    'pharmaceuticals therapeutics airlines airways motors energy petroleum media studios pictures records entertainment ' +
    'communications telecom logistics movers lines realty properties securities investments financial mutual brothers bros sons ' +
    'museum academy ministry department commission authority committee party church',
);

/** What names an institution when it begins the name, with `of` behind it. */
export const ORGANIZATION_OPENINGS = list(
  'university bank institute department ministry college museum bureau office church society academy school board council',
);
