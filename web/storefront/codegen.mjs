// Writes src/graphql.ts: a typed document for each operation in web/operations, by GraphQL Code Generator, from the
// composed API schema (web/schema.graphql, which `make generate` renews).
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { codegen } from '@graphql-codegen/core'
import * as types from '@graphql-codegen/typescript'
import * as operations from '@graphql-codegen/typescript-operations'
import * as documents from '@graphql-codegen/typed-document-node'
import { Source, parse } from 'graphql'

const folder = new URL('../operations/', import.meta.url)
const output = new URL('src/graphql.ts', import.meta.url)

const text = await codegen({
  filename: 'graphql.ts',
  schema: parse(readFileSync(new URL('../schema.graphql', import.meta.url), 'utf8')),
  documents: readdirSync(folder)
    .filter((name) => name.endsWith('.graphql'))
    .sort()
    .map((name) => ({
      location: name,
      document: parse(new Source(readFileSync(new URL(name, folder), 'utf8'), `web/operations/${name}`)),
    })),
  config: {
    scalars: { Time: 'string', ID: 'string' },
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
writeFileSync(output, text)
