// Writes, from the operations in web/operations and the composed API schema (web/schema.graphql, which `make generate`
// renews):
//
//   src/graphql.ts                a typed document for each operation, by GraphQL Code Generator
//   src/trusted.ts                the hash of each operation's text as the client sends it
//   dist/trusted-documents.json   the manifest of these texts by their hash, for a router that serves only them
import { createHash } from 'node:crypto'
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { codegen } from '@graphql-codegen/core'
import * as types from '@graphql-codegen/typescript'
import * as operations from '@graphql-codegen/typescript-operations'
import * as documents from '@graphql-codegen/typed-document-node'
import { formatDocument, stringifyDocument } from '@urql/core'
import { Kind, Source, parse } from 'graphql'

const folder = new URL('../operations/', import.meta.url)
const sources = readdirSync(folder)
  .filter((name) => name.endsWith('.graphql'))
  .sort()
  .map((name) => ({
    location: name,
    document: parse(new Source(readFileSync(new URL(name, folder), 'utf8'), `web/operations/${name}`)),
  }))

const text = await codegen({
  filename: 'graphql.ts',
  schema: parse(readFileSync(new URL('../schema.graphql', import.meta.url), 'utf8')),
  documents: sources,
  config: {
    scalars: { Time: 'string', ID: 'string', Upload: 'File' },
    strictScalars: true,
    enumsAsTypes: true,
    useTypeImports: true,
    avoidOptionals: { field: true },
    dedupeFragments: true,
    // The cache hides __typename where a document does not ask for it.
    skipTypename: true,
    inlineFragmentTypes: 'combine',
  },
  plugins: [{ types: { onlyOperationTypes: true } }, { operations: {} }, { documents: {} }],
  pluginMap: { types, operations, documents },
})
writeFileSync(new URL('src/graphql.ts', import.meta.url), text)

// The texts are made of what the client has, as the client makes them, with what its cache adds; the browser tests compare
// both.
const hashes = {}
const manifest = {}
for (const [, name, document] of text.matchAll(/^export const (\w+)Document = (\{.*\}) as unknown as DocumentNode<.*>;$/gm)) {
  const sent = stringifyDocument(formatDocument(JSON.parse(document)))
  const hash = createHash('sha256').update(sent).digest('hex')
  hashes[name] = hash
  manifest[hash] = sent
}
const operationsThere = sources.flatMap(({ document }) => document.definitions).filter(({ kind }) => kind === Kind.OPERATION_DEFINITION)
const lost = operationsThere.map(({ name }) => name.value).filter((name) => !hashes[name])
if (lost.length > 0) throw new Error(`no document was found in the generated code for ${lost.join(', ')}`)
writeFileSync(
  new URL('src/trusted.ts', import.meta.url),
  `/** The SHA-256 of each operation's text, by the operation's name. */\nexport const hashes: Record<string, string> = ${JSON.stringify(hashes, null, 2)}\n`,
)
writeFileSync(new URL('dist/trusted-documents.json', import.meta.url), JSON.stringify(manifest, null, 2) + '\n')
