// The normalised cache: which objects have a key of their own, and what a change touches beyond the objects in its answer.
import { cacheExchange, type Cache } from '@urql/exchange-graphcache'

const productTypes = ['Movie', 'Vehicle', 'Goods']
const withoutKey = () => null

/** Makes fields of an object be asked again by whoever shows them, whatever their arguments. */
function forget(cache: Cache, entity: string, ...fields: string[]) {
  for (const field of cache.inspectFields(entity)) {
    if (fields.includes(field.fieldName)) cache.invalidate(entity, field.fieldKey)
  }
}

function forgetCatalogue(_result: unknown, _args: unknown, cache: Cache) {
  forget(cache, 'Query', 'products', 'movies')
}

/** The key of the person whose order an answer is about. */
function customerOf(cache: Cache, result: unknown): { customer: string; order: string } | undefined {
  const order = result as { id: string; customer: { id: string } } | null
  if (!order) return undefined
  const customer = cache.keyOfEntity({ __typename: 'User', id: order.customer.id })
  const key = cache.keyOfEntity({ __typename: 'Order', id: order.id })
  return customer && key ? { customer, order: key } : undefined
}

/** The cache as an exchange; each identity gets a new one, so that nothing of one person is shown to the next. */
export function makeCache() {
  return cacheExchange({
    possibleTypes: { Product: productTypes },
    keys: {
      Money: withoutKey,
      OrderItem: withoutKey,
      Financing: withoutKey,
      Login: withoutKey,
      OrderConnection: withoutKey,
      OrderEdge: withoutKey,
      ProductConnection: withoutKey,
      ProductEdge: withoutKey,
      FinancingApplicationConnection: withoutKey,
      FinancingApplicationEdge: withoutKey,
      PageInfo: withoutKey,
    },
    updates: {
      Mutation: {
        addItem: (result, _args, cache) => {
          const found = customerOf(cache, result.addItem)
          if (found) cache.link(found.customer, 'openOrder', found.order)
        },
        checkout: (result, _args, cache) => {
          const found = customerOf(cache, result.checkout)
          if (found) forget(cache, found.customer, 'openOrder', 'orders')
        },
        endSession: (result, args, cache) => {
          // false: it had ended before.
          if (typeof result.endSession === 'boolean') cache.invalidate({ __typename: 'Session', id: String(args.id) })
        },
        uploadProductImage: (result, args, cache) => {
          if (!result.uploadProductImage) return
          for (const type of productTypes) {
            const product = cache.keyOfEntity({ __typename: type, id: String(args.productId) })
            if (product) forget(cache, product, 'images', 'files')
          }
        },
        deleteFile: (result, args, cache) => {
          if (result.deleteFile === true) cache.invalidate({ __typename: 'File', id: String(args.id) })
        },
        createMovie: forgetCatalogue,
        createVehicle: forgetCatalogue,
        createGoods: forgetCatalogue,
        updateMovie: forgetCatalogue,
        updateVehicle: forgetCatalogue,
        updateGoods: forgetCatalogue,
        deleteProduct: (result, args, cache) => {
          if (result.deleteProduct !== true) return
          for (const type of productTypes) cache.invalidate({ __typename: type, id: String(args.id) })
          forget(cache, 'Query', 'products', 'movies', 'product')
        },
      },
    },
  })
}
