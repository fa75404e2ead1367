// Random documents over a schema, and random damage to them.
import * as graphql from 'graphql'

const { Kind } = graphql
const name = (value) => ({ kind: Kind.NAME, value })
export const pick = (next, list) => list[Math.floor(next() * list.length)]

/** option is the number behind a flag of the command line. */
export function option(name, value) {
  const at = process.argv.indexOf('--' + name)
  return at < 0 ? value : Number(process.argv[at + 1])
}

/** random is a small generator of equally distributed numbers (mulberry32). */
export function random(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

/** randomDocument returns the tree of a document that is valid but for rare conflicts of its fields. */
export function randomDocument(schema, next) {
  const writer = { schema, next, fragments: [], variables: [], count: 0 }
  const kinds = ['query', 'query', 'query', 'query', 'mutation', 'subscription']
  const operation = pick(next, kinds)
  const root = schema.getRootType(operation)
  const selectionSet = selections(writer, root, operation === 'subscription' ? 3 : 0)
  if (operation === 'subscription') {
    const fields = Object.values(root.getFields())
    selectionSet.selections = [field(writer, pick(next, fields), 1)]
  }
  const definition = {
    kind: Kind.OPERATION_DEFINITION, operation, selectionSet, directives: directives(writer, operation.toUpperCase()),
  }
  if (writer.variables.length > 0 || next() < 0.5) definition.name = name('Q')
  definition.variableDefinitions = writer.variables
  return { kind: Kind.DOCUMENT, definitions: [definition, ...writer.fragments] }
}

function selections(writer, type, depth) {
  const { schema, next } = writer
  const out = []
  const fields = graphql.isUnionType(type) ? [] : Object.values(type.getFields())
  for (let n = 1 + Math.floor(next() * 3); n > 0; n--) {
    const kind = next()
    if (depth < 3 && kind < 0.2 || fields.length === 0 && kind < 0.8) {
      const possible = graphql.isAbstractType(type) ? schema.getPossibleTypes(type) : [type]
      const on = kind < 0.1 && graphql.isObjectType(type) ? pick(next, [type, ...type.getInterfaces()]) : pick(next, possible)
      out.push(fragment(writer, on, depth + 1))
    } else if (kind > 0.93 || fields.length === 0) {
      out.push({ kind: Kind.FIELD, name: name('__typename') })
    } else {
      const leaves = fields.filter((f) => graphql.isLeafType(graphql.getNamedType(f.type)))
      out.push(field(writer, pick(next, depth >= 3 && leaves.length > 0 ? leaves : fields), depth))
    }
  }
  return { kind: Kind.SELECTION_SET, selections: out }
}

function fragment(writer, on, depth) {
  const typeCondition = { kind: Kind.NAMED_TYPE, name: name(on.name) }
  if (writer.next() < 0.6) {
    return {
      kind: Kind.INLINE_FRAGMENT, typeCondition, selectionSet: selections(writer, on, depth),
      directives: directives(writer, 'INLINE_FRAGMENT'),
    }
  }
  const called = name('F' + writer.count++)
  const selectionSet = selections(writer, on, depth)
  writer.fragments.push({
    kind: Kind.FRAGMENT_DEFINITION, name: called, typeCondition, selectionSet, directives: directives(writer, 'FRAGMENT_DEFINITION'),
  })
  return { kind: Kind.FRAGMENT_SPREAD, name: called, directives: directives(writer, 'FRAGMENT_SPREAD') }
}

function field(writer, def, depth) {
  const type = graphql.getNamedType(def.type)
  const out = {
    kind: Kind.FIELD, name: name(def.name), arguments: args(writer, def.args), directives: directives(writer, 'FIELD'),
  }
  if (out.arguments.length > 0 || writer.next() < 0.1) out.alias = name('a' + writer.count++)
  if (graphql.isCompositeType(type)) out.selectionSet = selections(writer, type, depth + 1)
  return out
}

function args(writer, defs) {
  return defs
    .filter((def) => graphql.isRequiredArgument(def) || writer.next() < 0.4)
    .map((def) => ({ kind: Kind.ARGUMENT, name: name(def.name), value: valueOrVariable(writer, def.type) }))
}

function directives(writer, location) {
  if (writer.next() > 0.12) return []
  const possible = writer.schema.getDirectives().filter((d) => d.locations.includes(location))
  if (possible.length === 0) return []
  const def = pick(writer.next, possible)
  return [{ kind: Kind.DIRECTIVE, name: name(def.name), arguments: args(writer, def.args) }]
}

function valueOrVariable(writer, type) {
  if (writer.next() > 0.35) return value(writer.next, type, 0)
  const called = 'v' + writer.count++
  const definition = {
    kind: Kind.VARIABLE_DEFINITION, variable: { kind: Kind.VARIABLE, name: name(called) }, type: typeNode(type), directives: [],
  }
  if (writer.next() < 0.2) definition.defaultValue = value(writer.next, type, 0)
  writer.variables.push(definition)
  return { kind: Kind.VARIABLE, name: name(called) }
}

const typeNode = (type) => graphql.parseType(String(type))

/** value is a literal of an input type. */
function value(next, type, depth) {
  if (graphql.isNonNullType(type)) return value(next, type.ofType, depth)
  else if (next() < 0.05 && depth > 0) return { kind: Kind.NULL }
  if (graphql.isListType(type)) {
    const values = Array.from({ length: Math.floor(next() * 3) }, () => value(next, type.ofType, depth + 2))
    return next() < 0.2 ? value(next, type.ofType, depth) : { kind: Kind.LIST, values: values.map(notNull(next, type.ofType)) }
  }
  if (graphql.isEnumType(type)) return { kind: Kind.ENUM, value: pick(next, type.getValues()).name }
  if (graphql.isInputObjectType(type)) {
    let fields = Object.values(type.getFields())
    if (type.isOneOf) fields = [pick(next, fields)]
    else fields = fields.filter((f) => graphql.isRequiredInputField(f) || depth < 2 && next() < 0.4)
    return {
      kind: Kind.OBJECT,
      fields: fields.map((f) => ({
        kind: Kind.OBJECT_FIELD, name: name(f.name), value: notNull(next, type.isOneOf ? new graphql.GraphQLNonNull(f.type) : f.type)(value(next, f.type, depth + 1)),
      })),
    }
  }
  return scalar(next, type.name)
}

/** notNull replaces null where the type does not allow it. */
const notNull = (next, type) => (v) => v.kind === Kind.NULL && graphql.isNonNullType(type) ? value(next, type.ofType, 0) : v

function scalar(next, type) {
  switch (type) {
    case 'Int': return { kind: Kind.INT, value: pick(next, ['0', '-1', '7', '2147483647']) }
    case 'Float': return pick(next, [{ kind: Kind.FLOAT, value: '1.5' }, { kind: Kind.INT, value: '3' }, { kind: Kind.FLOAT, value: '-1e10' }])
    case 'Boolean': return { kind: Kind.BOOLEAN, value: next() < 0.5 }
    case 'ID': return pick(next, [{ kind: Kind.INT, value: '1' }, { kind: Kind.STRING, value: 'x' }])
    case 'String': return { kind: Kind.STRING, value: pick(next, ['', 'text', 'two words', '\n"']) }
  }
  return pick(next, [{ kind: Kind.INT, value: '1' }, { kind: Kind.OBJECT, fields: [] }, { kind: Kind.LIST, values: [] }, { kind: Kind.ENUM, value: 'ANY' }])
}

const odd = [
  { kind: Kind.INT, value: '2147483648' }, { kind: Kind.INT, value: '1' }, { kind: Kind.FLOAT, value: '1.0' },
  { kind: Kind.STRING, value: 'LOW' }, { kind: Kind.BOOLEAN, value: true }, { kind: Kind.NULL }, { kind: Kind.ENUM, value: 'LOW' },
  { kind: Kind.ENUM, value: 'RED' }, { kind: Kind.LIST, values: [] }, { kind: Kind.LIST, values: [{ kind: Kind.NULL }] },
  { kind: Kind.OBJECT, fields: [] }, { kind: Kind.VARIABLE, name: name('v0') }, { kind: Kind.VARIABLE, name: name('v1') },
  { kind: Kind.OBJECT, fields: [{ kind: Kind.OBJECT_FIELD, name: name('id'), value: { kind: Kind.VARIABLE, name: name('v0') } }] },
]

/** breakSomething returns the tree with one random change. */
export function breakSomething(schema, tree, next) {
  const all = []
  graphql.visit(tree, { enter: (node, key, parent) => void all.push({ node, inList: Array.isArray(parent) }) })
  const target = pick(next, all)
  const replacement = change(schema, target.node, target.inList, next)
  if (replacement === undefined) return breakSomething(schema, tree, next)
  const changed = graphql.visit(tree, { enter: (node) => (node === target.node ? replacement.again : undefined) })
  return replacement.twice ? graphql.visit(changed, duplicating(target.node)) : isPrintable(changed) ? changed : tree
}

/** isPrintable reports whether the damaged tree has a text that parses. */
function isPrintable(tree) {
  try {
    graphql.parse(graphql.print(tree))
    return true
  } catch {
    return false
  }
}

const duplicating = (node) => ({
  leave: (parent) => {
    for (const [key, list] of Object.entries(parent)) {
      const at = Array.isArray(list) ? list.indexOf(node) : -1
      if (at >= 0) return { ...parent, [key]: [...list, node] }
    }
  },
})

const isValue = (node) => node.kind.endsWith('Value') || node.kind === Kind.VARIABLE

/** change says what becomes of a node: nothing (undefined), another node, null for leaving it out, or the node twice. */
function change(schema, node, inList, next) {
  const kind = next()
  if (inList && kind < 0.15) return { again: null }
  if (inList && kind < 0.3) return { again: undefined, twice: true }
  if (isValue(node) && kind < 0.8) return { again: pick(next, odd) }
  const types = Object.keys(schema.getTypeMap()).filter((t) => !t.startsWith('__'))
  const members = ['id', 'name', 'age', 'mood', 'pet', 'owner', 'tags', 'me', 'level', 'of', 'first', 'filter', 'nope']
  switch (node.kind) {
    case Kind.NAME:
      return { again: name(pick(next, [...members, 'F0', 'F1', 'v0', 'v1', 'skip', 'note', 'needs', 'nowhere'])) }
    case Kind.NAMED_TYPE: return { again: { ...node, name: name(pick(next, types)) } }
    case Kind.NON_NULL_TYPE: return { again: node.type }
    case Kind.LIST_TYPE: return { again: node.type }
    case Kind.VARIABLE_DEFINITION: {
      const type = next() < 0.5 && node.type.kind !== Kind.NON_NULL_TYPE
        ? { kind: Kind.NON_NULL_TYPE, type: node.type } : { kind: Kind.LIST_TYPE, type: node.type }
      return { again: next() < 0.6 ? { ...node, type } : { ...node, defaultValue: pick(next, odd.filter((v) => v.kind !== Kind.VARIABLE && v.kind !== Kind.OBJECT)) } }
    }
    case Kind.FIELD: return damagedField(schema, node, next)
    case Kind.INLINE_FRAGMENT: return { again: { ...node, typeCondition: undefined } }
    case Kind.FRAGMENT_DEFINITION:
      return { again: { ...node, typeCondition: { kind: Kind.NAMED_TYPE, name: name(pick(next, types)) } } }
    case Kind.OPERATION_DEFINITION:
      return { again: { ...node, ...pick(next, [{ operation: 'query' }, { operation: 'mutation' }, { operation: 'subscription' }, { variableDefinitions: [] }, { name: undefined }]) } }
    case Kind.SELECTION_SET: {
      const spread = { kind: Kind.FRAGMENT_SPREAD, name: name(pick(next, ['F0', 'F1', 'F2'])), directives: [] }
      return { again: { ...node, selections: [...node.selections, spread] } }
    }
  }
  return undefined
}

function damagedField(schema, node, next) {
  const directive = (called, ...args) => ({ kind: Kind.DIRECTIVE, name: name(called), arguments: args })
  const argument = { kind: Kind.ARGUMENT, name: name(pick(next, ['id', 'first', 'of', 'if', 'filter'])), value: pick(next, odd) }
  const condition = { kind: Kind.ARGUMENT, name: name('if'), value: { kind: Kind.BOOLEAN, value: true } }
  const leaf = { kind: Kind.SELECTION_SET, selections: [{ kind: Kind.FIELD, name: name('id') }] }
  return { again: { ...node, ...pick(next, [
    { selectionSet: undefined }, { selectionSet: leaf }, { arguments: [] }, { arguments: [...(node.arguments ?? []), argument] },
    { alias: name(pick(next, ['id', 'name', 'age', 'mood'])) }, { alias: undefined },
    { directives: [...(node.directives ?? []), directive(pick(next, ['skip', 'include', 'note', 'mark', 'defer', 'deprecated', 'needs']), ...(next() < 0.6 ? [condition] : []))] },
    { directives: [directive('skip', condition), directive('skip', condition)] },
  ]) } }
}
