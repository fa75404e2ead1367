// Writes one JSON object a line: a document with the variable $v, the request's variables as text, and what they are
// coerced to; "refused" where they are refused.
//   node variables.mjs [--seed 1] [--count 1200] > variables.jsonl
import { readFileSync } from 'node:fs'
import * as graphql from 'graphql'
import { option, pick, random } from './random.mjs'

const schema = graphql.buildSchema(readFileSync(new URL('schema.graphql', import.meta.url), 'utf8'))

const documents = [
  'query ($v: Int) { echo(int: $v) }', 'query ($v: Int!) { echo(int: $v) }', 'query ($v: Int = 3) { echo(int: $v) }',
  'query ($v: Int! = 3) { echo(int: $v) }', 'query ($v: Float) { echo(float: $v) }',
  'query ($v: String) { echo(string: $v) }', 'query ($v: String = "a") { echo(string: $v) }',
  'query ($v: Boolean) { echo(boolean: $v) }', 'query ($v: Boolean!) { count @skip(if: $v) }',
  'query ($v: ID) { echo(id: $v) }', 'query ($v: ID!) { person(id: $v) { id } }', 'query ($v: Json) { echo(json: $v) }',
  'query ($v: Level) { echo(level: $v) }', 'query ($v: Level = LOW) { echo(level: $v) }',
  'query ($v: [[Int!]]) { echo(list: $v) }', 'query ($v: [Int!]) { echo(list: [$v]) }', 'query ($v: [ID!]) { people(ids: $v) { id } }',
  'mutation ($v: [ID!]!) { remove(ids: $v) }', 'query ($v: Filter) { people(filter: $v) { id } }',
  'query ($v: Range!) { people(range: $v) { id } }', 'query ($v: Range! = {from: 2}) { people(range: $v) { id } }',
  'query ($v: Pick!) { pet(pick: $v) { __typename } }', 'query ($v: Pick) { people(filter: {min: 1, pick: $v}) { id } }',
]

const members = ['text', 'level', 'min', 'tags', 'nested', 'pick', 'id', 'name', 'range', 'from', 'to', 'unknown']
const scalars = [
  null, 0, 1, -1, 2147483647, 2147483648, -2147483648, -2147483649, 1.5, 1e10, 9007199254740991, 'LOW', 'HIGH', 'low', '', '1', 'text',
  '\u00e9\u{1f600}', true, false,
]

/** fitting is a value of a type, most of the time. */
function fitting(next, type) {
  if (next() < 0.1) return anything(next, 0)
  if (graphql.isNonNullType(type)) return fitting(next, type.ofType)
  if (next() < 0.08) return null
  if (graphql.isListType(type)) {
    return next() < 0.15 ? fitting(next, type.ofType) : Array.from({ length: Math.floor(next() * 3) }, () => fitting(next, type.ofType))
  }
  if (graphql.isInputObjectType(type)) {
    let fields = Object.values(type.getFields())
    if (type.isOneOf && next() < 0.8) fields = [pick(next, fields)]
    else fields = fields.filter((f) => f.name !== 'nested' || next() < 0.3).filter((f) => next() < (graphql.isRequiredInputField(f) ? 0.9 : 0.4))
    return Object.fromEntries(fields.map((f) => [f.name, fitting(next, f.type)]))
  }
  switch (type.name) {
    case 'Int': return pick(next, [0, 7, -3, 2147483647])
    case 'Float': return pick(next, [0, 1.5, -2e10, 12])
    case 'Boolean': return next() < 0.5
    case 'ID': return pick(next, ['a', 1, '', -5])
    case 'String': return pick(next, ['', 'text'])
    case 'Level': return pick(next, ['LOW', 'HIGH'])
  }
  return anything(next, 0)
}

function anything(next, depth) {
  const kind = next()
  if (depth < 2 && kind < 0.15) return Array.from({ length: Math.floor(next() * 3) }, () => anything(next, depth + 1))
  if (depth < 2 && kind < 0.35) {
    return Object.fromEntries(Array.from({ length: Math.floor(next() * 3) }, () => [pick(next, members), anything(next, depth + 1)]))
  }
  return pick(next, scalars)
}

/** verdict coerces variables as a request would. */
function verdict(document, variables) {
  const { variableDefinitions } = graphql.parse(document).definitions[0]
  const { errors, variableValues } = graphql.getVariableValues(schema, variableDefinitions, JSON.parse(variables) ?? {})
  if (errors) return { refused: true }
  return { coerced: variableValues.coerced }
}

const next = random(option('seed', 1))
const lines = new Set()
for (const document of documents) {
  for (const variables of ['{}', 'null', '{"v":null}', '{"other":1}', '{"v":[]}', '{"v":{}}']) lines.add(JSON.stringify({ document, variables }))
}
while (lines.size < option('count', 1200)) {
  const document = pick(next, documents)
  const type = graphql.typeFromAST(schema, graphql.parse(document).definitions[0].variableDefinitions[0].type)
  lines.add(JSON.stringify({ document, variables: JSON.stringify({ v: fitting(next, type) }) }))
}
for (const line of lines) {
  const { document, variables } = JSON.parse(line)
  process.stdout.write(JSON.stringify({ document, variables, ...verdict(document, variables) }) + '\n')
}
