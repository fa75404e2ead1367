import { useState } from 'react'
import { Link, useLocation } from 'wouter'
import { failureAt, type Failure } from '../failure'
import { CheckoutDocument, OpenOrderDocument, type OpenOrderQuery } from '../graphql'
import { formatMoney, type Money } from '../money'
import { ForCustomers } from '../parts/account_gate'
import { useAnnounce } from '../parts/announce'
import { defaultTerm } from '../parts/financing'
import { OrderLines } from '../parts/order'
import { Empty, Loading, Missing, Page, Refusal } from '../parts/page'
import { useShopMutation, useShopQuery } from '../query'

type Order = NonNullable<NonNullable<OpenOrderQuery['me']>['openOrder']>

export function Checkout() {
  return (
    <Page title="Checkout">
      <ForCustomers why="You check out with your account.">{() => <Summary />}</ForCustomers>
    </Page>
  )
}

function Summary() {
  const { data, failures, isLoading, retry } = useShopQuery({ query: OpenOrderDocument, variables: { termMonths: defaultTerm } })
  const failure = failureAt(failures, 'me', 'openOrder')
  const order = data?.me?.openOrder
  if (isLoading) return <Loading what="your order" />
  if (!order && failure) {
    return (
      <Missing failure={failure} onRetry={retry}>
        Your order is safe, and not placed yet.
      </Missing>
    )
  }
  if (!order || order.items.length === 0) {
    return (
      <Empty>
        <p>There is nothing to check out: your order is empty.</p>
        <Link className="button" href="/">
          Look at the products
        </Link>
      </Empty>
    )
  }
  return (
    <>
      <OrderLines order={order} label="What you order" />
      <Place key={order.id} order={order} />
    </>
  )
}

/** A price that is another one than when the product was added, as the error PRICE_CHANGED tells it. */
type PriceChange = { productId: string; productName: string; oldPrice: Money; newPrice: Money }

function isMoney(value: unknown): value is Money {
  const money = value as Money | null
  return typeof money?.amount === 'number' && typeof money.currency === 'string'
}

function isChange(value: unknown): value is PriceChange {
  const change = value as PriceChange | null
  return typeof change?.productId === 'string' && typeof change.productName === 'string' && isMoney(change.oldPrice) && isMoney(change.newPrice)
}

function changesOf(failure: Failure | undefined): PriceChange[] {
  if (failure?.code !== 'PRICE_CHANGED' || !Array.isArray(failure.extensions.changes)) return []
  return failure.extensions.changes.filter(isChange)
}

/**
 * The key of an order's checkout, the same however often the button is pressed or the page is opened: a call whose
 * answer was lost may have placed the order.
 */
function checkoutKey(orderId: string): string {
  const name = `checkout:${orderId}`
  let key = sessionStorage.getItem(name)
  if (!key) {
    key = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')
    sessionStorage.setItem(name, key)
  }
  return key
}

function Place({ order }: { order: Order }) {
  const announce = useAnnounce()
  const [, navigate] = useLocation()
  const { run, isBusy } = useShopMutation(CheckoutDocument)
  const [failure, setFailure] = useState<Failure>()
  const changes = changesOf(failure)
  const place = async () => {
    const acceptedPrices = changes.map(({ productId, newPrice }) => ({ productId, amount: newPrice.amount, currency: newPrice.currency }))
    const done = await run({ idempotencyKey: checkoutKey(order.id), orderId: order.id, acceptedPrices })
    if (!done) return
    if (!done.data?.checkout) {
      setFailure(done.failures[0])
      return
    }
    sessionStorage.removeItem(`checkout:${order.id}`)
    navigate(`/orders?placed=${encodeURIComponent(order.id)}`)
    announce('Thank you. Your order is placed.')
  }
  return (
    <>
      {changes.length > 0 && <Changes changes={changes} />}
      {changes.length === 0 && <Refusal failure={failure} />}
      <p className="actions">
        <Link href="/order">Change the order</Link>
        <button type="button" className="primary" aria-disabled={isBusy} onClick={() => void place()}>
          {isBusy ? 'One moment…' : changes.length > 0 ? 'Accept and place the order' : 'Place the order'}
        </button>
      </p>
    </>
  )
}

function Changes({ changes }: { changes: PriceChange[] }) {
  return (
    <div className="notice" role="alert">
      <p>
        <strong>Prices have changed since you added these.</strong> Nothing is placed yet.
      </p>
      <ul>
        {changes.map((change) => (
          <li key={change.productId}>
            {change.productName}: <s>{formatMoney(change.oldPrice)}</s> now <strong>{formatMoney(change.newPrice)}</strong>
          </li>
        ))}
      </ul>
    </div>
  )
}
