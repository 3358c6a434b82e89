/**
 * English words that begin sentences, lines of forms and letters with a capital and are no name: pronouns, auxiliaries,
 * prepositions, question words, labels, days and months.
 */
export const FUNCTION_WORDS: ReadonlySet<string> = new Set(
  (
    'a an the this that these those here there i me my mine you your yours he him his she her hers it its we us our ours they them ' +
    'their theirs who whom whose which what when where why how is are was were be been being am do does did done have has had ' +
    'having can could will would shall should may might must not no yes ok okay and or but nor so yet if then else than because ' +
    'while although though unless until since as at by for from in into of off on onto out over to under up down with without ' +
    'about above after against along among around before behind below beneath beside between beyond during except inside near ' +
    'outside past through toward towards upon within all any both each either every few many more most much neither none one two ' +
    'three other another such some several same own only just also even still again ever never now once soon today tomorrow ' +
    'yesterday very too quite rather really please thanks thank dear hello hi hey sorry welcome sincerely regards best kind ' +
    'name address phone email date time subject note total amount order invoice account number id ref re fw cc street road city ' +
    'state country zip age sex gender title position office department company call send pay bill let make take get give go come ' +
    'see look find tell ask say know think want need use try keep help show sir madam mr mrs ms miss dr prof january february march ' +
    'april may june july august september october november december monday tuesday wednesday thursday friday saturday sunday'
  ).split(' '),
);
