// The GraphQL client of one identity: cache, renewal of the session, HTTP.
import { Client, fetchExchange } from '@urql/core'
import { authExchange } from '@urql/exchange-auth'
import { makeCache } from './cache'
import { RefreshDocument } from './graphql'

/**
 * The context of operations on the catalogue: they are the same for everybody and go without the session, so that they
 * work also when a session cannot be checked or renewed.
 */
export const anonymous = { fetchOptions: { credentials: 'omit' as const } }

/** What a renewal tells of the session. */
export type OnRenewed = (expiresAt: string) => void

/** Makes a client with an empty cache. A request that is answered with 401 is sent again after the session was renewed. */
export function makeClient(onRenewed: OnRenewed): Client {
  return new Client({
    url: '/graphql',
    preferGetMethod: false,
    exchanges: [
      makeCache(),
      authExchange(async (utils) => ({
        addAuthToOperation: (operation) => operation,
        didAuthError: (error) => error.response?.status === 401,
        refreshAuth: async () => {
          const renewed = await utils.mutate(RefreshDocument, {})
          if (renewed.data?.refresh) onRenewed(renewed.data.refresh.expiresAt)
        },
      })),
      fetchExchange,
    ],
  })
}
