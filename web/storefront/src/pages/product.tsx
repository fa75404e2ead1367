import { useState } from 'react'
import { Link, useLocation } from 'wouter'
import { anonymous } from '../client'
import { failureAt, type Failure } from '../failure'
import { AddItemDocument, ProductDocument, type ProductFactsFragment, type ProductQuery } from '../graphql'
import { formatMoney } from '../money'
import { useAnnounce } from '../parts/announce'
import { Files, Pictures } from '../parts/files'
import { Loading, Missing, Page, Refusal } from '../parts/page'
import { Cover, kindNames, mileage, Price, Stock } from '../parts/product'
import { DeleteProduct } from '../parts/delete_product'
import { useShopMutation, useShopQuery } from '../query'
import { useSession } from '../session'

const termMonths = 24

export function ProductPage({ id }: { id: string }) {
  const { data, failures, isLoading, retry } = useShopQuery({ query: ProductDocument, variables: { id, termMonths }, context: anonymous })
  const product = data?.product
  const failure = failureAt(failures, 'product')
  return (
    <Page title={product?.name ?? (isLoading || failure ? 'Product' : 'Not found')}>
      {isLoading && <Loading what="the product" />}
      {failure && <Missing failure={failure} onRetry={retry} />}
      {!product && !isLoading && !failure && (
        <p>
          This product is not in the catalogue any more. <Link href="/">Look at the others.</Link>
        </p>
      )}
      {product && <Details product={product} failures={failures} />}
    </Page>
  )
}

type Product = NonNullable<ProductQuery['product']>

function Details({ product, failures }: { product: Product; failures: Failure[] }) {
  const { isStaff } = useSession()
  const creditIsOut = failureAt(failures, 'product', 'monthlyFrom')
  const orderIsOut = failureAt(failures, 'product', 'timesOrdered')
  return (
    <div className="product">
      {product.images.length > 0 ? <Pictures product={product} /> : <Cover kind={product.__typename} />}
      <div>
        <p className="card-foot">
          <Price price={product.price} /> <Stock stock={product.stock} />
        </p>
        {creditIsOut && <Missing failure={creditIsOut}>The monthly payment is not shown.</Missing>}
        {product.monthlyFrom && (
          <p>
            or from {formatMoney(product.monthlyFrom)} a month over {termMonths} months
          </p>
        )}
        {product.description && <p>{product.description}</p>}
        <AddToOrder product={product} />
        <Facts product={product} timesOrdered={product.timesOrdered} />
        <Files product={product} />
        {orderIsOut && <Missing failure={orderIsOut}>How often this was ordered is not shown.</Missing>}
        {isStaff && (
          <p className="actions">
            <Link href={`/staff/products/${encodeURIComponent(product.id)}`}>Edit</Link>
            <DeleteProduct id={product.id} name={product.name} />
          </p>
        )}
      </div>
    </div>
  )
}

function factsOf(product: ProductFactsFragment): [string, string][] {
  switch (product.__typename) {
    case 'Movie':
      return [
        ['Year', String(product.year)],
        ['Cast', product.cast.join(', ') || 'not known'],
      ]
    case 'Vehicle':
      return [
        ['Make', product.make],
        ['Model', product.model],
        ['Built', String(product.year)],
        ['Mileage', mileage(product.mileage)],
      ]
    case 'Goods':
      return []
  }
}

function Facts({ product, timesOrdered }: { product: ProductFactsFragment; timesOrdered: number | null }) {
  const facts: [string, string][] = [['Kind', kindNames[product.__typename]], ...factsOf(product), ['Article', product.sku]]
  if (timesOrdered !== null) facts.push(['Ordered', timesOrdered === 0 ? 'not yet' : timesOrdered === 1 ? 'once' : `${timesOrdered} times`])
  return (
    <dl className="facts">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}

function AddToOrder({ product }: { product: Product }) {
  const session = useSession()
  const announce = useAnnounce()
  const [location] = useLocation()
  const { run, isBusy } = useShopMutation(AddItemDocument)
  const [quantity, setQuantity] = useState('1')
  const [failure, setFailure] = useState<Failure>()
  const [added, setAdded] = useState(0)
  if (session.status === 'signedOut') {
    return (
      <p>
        <Link className="button primary" href={`/sign-in?next=${encodeURIComponent(location)}`}>
          Sign in to order
        </Link>
      </p>
    )
  }
  if (session.status !== 'signedIn') return null
  const add = async () => {
    const pieces = /^\d{1,3}$/.test(quantity) ? Number(quantity) : 0
    setAdded(0)
    const done = await run({ productId: product.id, quantity: pieces })
    if (!done) return
    setFailure(done.data?.addItem ? undefined : done.failures[0])
    if (!done.data?.addItem) return
    setAdded(pieces)
    announce(`Added to your order: ${pieces} × ${product.name}.`)
  }
  return (
    <form
      className="add"
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        void add()
      }}
    >
      <label className="inline">
        Pieces{' '}
        <input type="number" min={1} max={999} inputMode="numeric" value={quantity} onChange={(event) => setQuantity(event.currentTarget.value)} />
      </label>
      <button type="submit" className="primary" aria-disabled={isBusy || product.stock === 0} disabled={product.stock === 0}>
        Add to order
      </button>
      {added > 0 && (
        <p className="notice good">
          {added} × {product.name} is in <Link href="/order">your order</Link>.
        </p>
      )}
      <Refusal failure={failure} />
    </form>
  )
}
