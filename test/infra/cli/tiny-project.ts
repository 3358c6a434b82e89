/** A project of a few lines: one CSV file a run, loaded at once; a view and a table above it. */
export const TINY_PROJECT: Readonly<Record<string, string>> = {
  'sql/sources/club/people.yaml': `files: club/people/*.csv
format: { type: csv, header: true }
load: { mode: append }
batch: 0
bad_rows: { allow: 50% }
columns:
  - { name: id, type: STRING, mode: required, privacy: public }
  - { name: email, type: STRING, privacy: { tokenize: { key: pii } } }
  - { name: age, type: INT64, privacy: public }
  - { name: nick, type: STRING, privacy: drop }
`,
  'sql/transforms/club/grown_ups.sql': `/* transform:
     kind: view
     every: 0
*/
SELECT id, email, age FROM club.people WHERE age >= 18
`,
  'sql/transforms/club/ages.sql': `/* transform:
     kind: table
     every: 0
     assert: { unique: [age] }
*/
SELECT age, COUNT(*) AS people FROM club.grown_ups GROUP BY age
`,
};

export const GOOD_ROWS = `id,email,age,nick
a,ann@example.com,30,annie
b,bob@example.com,30,bobby
c,cat@example.com,12,kit
`;

/** Its third row has an age that is none; one in four may be bad. */
export const MIXED_ROWS = `id,email,age,nick
d,dan@example.com,40,dan
e,eve@example.com,41,evie
f,fay@example.com,old,fay
g,gus@example.com,42,gus
`;

/** Every row is bad: more than the source allows. */
export const BAD_ROWS = `id,email,age,nick
h,hal@example.com,x,hal
i,ida@example.com,y,ida
`;
