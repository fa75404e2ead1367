// What went wrong with an operation, sorted by what a page can do about it, and in words for a customer.
import type { CombinedError } from '@urql/core'

/** The part of the shop that a failure comes from. "shop" is the way to all of them: the network, the router. */
type Part = 'user' | 'product' | 'order' | 'credit' | 'shop'

/**
 * outage: the part does not answer and may later, so asking again helps. signIn: nobody is signed in, or no longer.
 * refused: an answer for the person who asked, with a message that they can act on.
 */
export type Kind = 'outage' | 'signIn' | 'refused'

export type Failure = {
  kind: Kind
  part: Part
  path: readonly (string | number)[]
  code: string
  message: string
  field?: string
  extensions: Record<string, unknown>
}

const kinds: Record<string, Kind> = {
  UNAUTHENTICATED: 'signIn',
  UNAUTHORIZED_FIELD_OR_TYPE: 'refused',
  FORBIDDEN: 'refused',
  NOT_FOUND: 'refused',
  CONFLICT: 'refused',
  BAD_INPUT: 'refused',
  BAD_USER_INPUT: 'refused',
  PRICE_CHANGED: 'refused',
  RATE_LIMITED: 'refused',
  REQUEST_TOO_LARGE: 'refused',
  UPLOAD_REFUSED: 'refused',
}

const parts: readonly string[] = ['user', 'product', 'order', 'credit']

function partOf(extensions: Record<string, unknown>): Part {
  for (const name of [extensions.service, extensions.subgraph]) {
    if (typeof name === 'string' && parts.includes(name)) return name as Part
  }
  return 'shop'
}

/** The failures of an operation, in the order in which they came. A code that is not in the table is an outage. */
export function failuresOf(error: CombinedError | undefined): Failure[] {
  if (!error) return []
  const failures = error.graphQLErrors.map((one): Failure => {
    const code = typeof one.extensions.code === 'string' ? one.extensions.code : ''
    const failure: Failure = {
      kind: kinds[code] ?? 'outage',
      part: partOf(one.extensions),
      path: one.path ?? [],
      code,
      message: one.message,
      extensions: one.extensions,
    }
    if (typeof one.extensions.field === 'string') failure.field = one.extensions.field
    return failure
  })
  if (failures.length === 0) {
    failures.push({ kind: 'outage', part: 'shop', path: [], code: '', message: error.message, extensions: {} })
  }
  return failures
}

/**
 * The failure that explains why a place of the answer is empty, to be asked where it is: one at the place or above it, which
 * may be the failure of other fields there. Positions in lists may be
 * given or left out: ['products', 'edges', 'node', 'price'] is that place in every edge.
 */
export function failureAt(failures: readonly Failure[], ...place: string[]): Failure | undefined {
  return failures.find((failure) => {
    const names = failure.path.filter((step) => typeof step === 'string')
    return names.length <= place.length && names.every((name, i) => name === place[i])
  })
}

const words: Record<Part, string> = {
  user: 'Accounts cannot be reached at the moment.',
  product: 'The catalogue cannot be reached at the moment.',
  order: 'Orders cannot be reached at the moment.',
  credit: 'Financing cannot be reached at the moment.',
  shop: 'The shop cannot be reached at the moment.',
}

/** What a customer reads about a failure. */
export function explain(failure: Failure): string {
  switch (failure.kind) {
    case 'outage':
      return words[failure.part]
    case 'signIn':
      return 'You are not signed in any more.'
    case 'refused':
      return failure.message
  }
}
