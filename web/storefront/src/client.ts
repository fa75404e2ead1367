// The GraphQL client of one identity: cache, renewal of the session, HTTP.
import { Client, fetchExchange, formatDocument, getOperationName, makeOperation, mapExchange, type Operation } from '@urql/core'
import { authExchange } from '@urql/exchange-auth'
import { makeCache } from './cache'
import { failuresOf } from './failure'
import { RefreshDocument } from './graphql'
import { hashes } from './trusted'

/**
 * The context of operations on the catalogue: they are the same for everybody and go without the session, so that they
 * work also when a session cannot be checked or renewed.
 */
export const anonymous = { fetchOptions: { credentials: 'omit' as const } }

/** The context of operations with files: the router takes these only from who could ask it first, as no other site can. */
export const withFiles = { fetchOptions: { headers: { 'Weft-Require-Preflight': 'true' } } }

/**
 * Sends the hash of a document beside its text: a router that serves only trusted documents goes by the hash, any other
 * by the text.
 */
function withHash(operation: Operation): Operation {
  const sha256Hash = hashes[getOperationName(operation.query) ?? '']
  if (operation.kind === 'teardown' || !sha256Hash) return operation
  // miss: the text is to be sent too.
  const extensions = { ...operation.extensions, persistedQuery: { version: 1 as const, sha256Hash, miss: true } }
  // A renewal of the session has not passed the cache, which adds __typename to the others.
  const query = formatDocument(operation.query) as typeof operation.query
  return makeOperation(operation.kind, { ...operation, query, extensions })
}

/** What a client learns of its session: when the renewed token expires, or that the session has ended elsewhere. */
type SessionEvents = { onRenewed: (expiresAt: string) => void; onEnded: () => void }

/** Makes a client with an empty cache. A request that is answered with 401 is sent again after the session was renewed. */
export function makeClient({ onRenewed, onEnded }: SessionEvents): Client {
  return new Client({
    url: '/graphql',
    preferGetMethod: false,
    fetchSubscriptions: true,
    exchanges: [
      makeCache(),
      authExchange(async (utils) => ({
        addAuthToOperation: (operation) => operation,
        didAuthError: (error) => error.response?.status === 401,
        refreshAuth: async () => {
          const renewed = await utils.mutate(RefreshDocument, {})
          if (renewed.data?.refresh) onRenewed(renewed.data.refresh.expiresAt)
          else if (failuresOf(renewed.error).some(({ kind }) => kind === 'signIn')) onEnded()
        },
      })),
      mapExchange({ onOperation: withHash }),
      fetchExchange,
    ],
  })
}
