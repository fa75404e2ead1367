// Writes one JSON object a line: a document, and the names of the validation rules that it breaks.
//   node generate.mjs [--seed 1] [--count 900] > cases.jsonl
// The first documents are those of documents.mjs. The others are random: valid by construction, most of them then
// broken in one or two places of their tree. Equal seeds give equal documents.
import { readFileSync } from 'node:fs'
import * as graphql from 'graphql'
import { documents } from './documents.mjs'
import { breakSomething, option, random, randomDocument } from './random.mjs'

const schema = graphql.buildSchema(readFileSync(new URL('schema.graphql', import.meta.url), 'utf8'))

/** verdict names the rules that a document breaks, sorted; null when it does not even parse. */
function verdict(text) {
  let document
  try {
    document = graphql.parse(text)
  } catch {
    return null
  }
  let isEmpty = false // version 17 parses "{}", which the specification's grammar does not (2.4)
  graphql.visit(document, { SelectionSet: (set) => void (isEmpty ||= set.selections.length === 0) })
  if (isEmpty) return null
  return graphql.specifiedRules
    .filter((rule) => graphql.validate(schema, document, [rule], { maxErrors: 1 }).length > 0)
    .map((rule) => rule.name.replace(/Rule$/, ''))
    .sort()
}

const next = random(option('seed', 1))
const texts = [...documents]
while (texts.length < option('count', 900)) {
  let tree = randomDocument(schema, next)
  for (let n = Math.floor(next() * 3); n > 0; n--) tree = breakSomething(schema, tree, next)
  const text = graphql.stripIgnoredCharacters(graphql.print(tree))
  if (/\w:__typename/.test(text)) continue // the reference does not compare the type of __typename: see documents.mjs
  if (text.length <= 700 && !texts.includes(text)) texts.push(text)
}
for (const document of texts) process.stdout.write(JSON.stringify({ document, rules: verdict(document) }) + '\n')
