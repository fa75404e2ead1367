import { useState } from 'react'
import { Link } from 'wouter'
import { failureAt, type Failure } from '../failure'
import { OpenOrderDocument, RemoveItemDocument, SetItemQuantityDocument, type OpenOrderQuery } from '../graphql'
import { formatMoney } from '../money'
import { ForCustomers } from '../parts/account_gate'
import { useAnnounce } from '../parts/announce'
import { defaultTerm, Instalments } from '../parts/financing'
import { Empty, Loading, Missing, Page, Refusal } from '../parts/page'
import { useShopMutation, useShopQuery } from '../query'

type Order = NonNullable<NonNullable<OpenOrderQuery['me']>['openOrder']>
type Item = Order['items'][number]

export function OpenOrder() {
  return (
    <Page title="Your order">
      <ForCustomers why="Your order is kept with your account.">{() => <Current />}</ForCustomers>
    </Page>
  )
}

function Current() {
  const [termMonths, setTermMonths] = useState(defaultTerm)
  const { data, failures, isLoading, isUpdating, retry } = useShopQuery({ query: OpenOrderDocument, variables: { termMonths } })
  const failure = failureAt(failures, 'me', 'openOrder')
  const order = data?.me?.openOrder
  if (isLoading) return <Loading what="your order" />
  if (!order && failure) {
    return (
      <Missing failure={failure} onRetry={retry}>
        Your order is safe.
      </Missing>
    )
  }
  if (!order || order.items.length === 0) {
    return (
      <Empty>
        <p>Your order is empty.</p>
        <Link className="button" href="/">
          Look at the products
        </Link>
      </Empty>
    )
  }
  // What fails at the order itself may be another part's.
  const productIsOut = failures.find(({ part }) => part === 'product')
  return (
    <>
      {productIsOut && (
        <Missing failure={productIsOut} onRetry={retry}>
          Names and prices are those of when you added them.
        </Missing>
      )}
      <Lines order={order} termMonths={termMonths} />
      <Instalments
        order={order}
        failure={failureAt(failures, 'me', 'openOrder', 'financing')}
        termMonths={termMonths}
        onTerm={setTermMonths}
        isUpdating={isUpdating}
        onRetry={retry}
      />
      <p className="actions">
        <Link className="button primary" href="/checkout">
          Go to checkout
        </Link>
      </p>
    </>
  )
}

function Lines({ order, termMonths }: { order: Order; termMonths: number }) {
  return (
    <>
      <ul className="lines" aria-label="Lines of your order">
        {order.items.map((item) => (
          <Line key={item.productId} item={item} termMonths={termMonths} />
        ))}
      </ul>
      <p className="total">
        Total <strong data-total={order.total.amount}>{formatMoney(order.total)}</strong>
      </p>
    </>
  )
}

function Line({ item, termMonths }: { item: Item; termMonths: number }) {
  const announce = useAnnounce()
  const setQuantity = useShopMutation(SetItemQuantityDocument)
  const removeItem = useShopMutation(RemoveItemDocument)
  const [failure, setFailure] = useState<Failure>()
  const isBusy = setQuantity.isBusy || removeItem.isBusy
  const change = async (quantity: number) => {
    const done = await setQuantity.run({ productId: item.productId, quantity, termMonths })
    if (!done) return
    setFailure(done.data?.setItemQuantity ? undefined : done.failures[0])
    if (done.data?.setItemQuantity) announce(`${item.productName}: ${quantity}. The total is ${formatMoney(done.data.setItemQuantity.total)}.`)
  }
  const remove = async () => {
    const done = await removeItem.run({ productId: item.productId, termMonths })
    if (!done) return
    setFailure(done.data?.removeItem ? undefined : done.failures[0])
    if (done.data?.removeItem) announce(`${item.productName} is removed. The total is ${formatMoney(done.data.removeItem.total)}.`)
  }
  const price = item.product?.price
  const hasNewPrice = price && (price.amount !== item.unitPrice.amount || price.currency !== item.unitPrice.currency)
  return (
    <li className="line" aria-busy={isBusy}>
      <div className="line-name">
        <Link href={`/products/${encodeURIComponent(item.productId)}`}>{item.productName}</Link>
        <span className="muted small">{formatMoney(item.unitPrice)} each</span>
        {hasNewPrice && <span className="badge warn">now {formatMoney(price)}</span>}
        {item.product && item.product.stock < item.quantity && <span className="badge warn">{item.product.stock} in stock</span>}
      </div>
      <Quantity key={item.quantity} item={item} onChange={(quantity) => void change(quantity)} />
      <strong className="line-total">{formatMoney(item.lineTotal)}</strong>
      <button type="button" className="quiet" aria-label={`Remove ${item.productName}`} onClick={() => void remove()}>
        Remove
      </button>
      <Refusal failure={failure} />
    </li>
  )
}

/** The quantity as typed, sent when the person leaves the field or presses Enter, and at once by the two buttons. */
function Quantity({ item, onChange }: { item: Item; onChange: (quantity: number) => void }) {
  const [typed, setTyped] = useState(String(item.quantity))
  const send = () => {
    const quantity = /^\d{1,3}$/.test(typed) ? Number(typed) : NaN
    if (Number.isNaN(quantity) || quantity < 1) setTyped(String(item.quantity))
    else if (quantity !== item.quantity) onChange(quantity)
  }
  return (
    <div className="quantity" role="group" aria-label={`Pieces of ${item.productName}`}>
      <button type="button" aria-label="One less" disabled={item.quantity <= 1} onClick={() => onChange(item.quantity - 1)}>
        −
      </button>
      <input
        aria-label="Pieces"
        inputMode="numeric"
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
        onBlur={send}
        onKeyDown={(event) => event.key === 'Enter' && send()}
      />
      <button type="button" aria-label="One more" disabled={item.quantity >= 999} onClick={() => onChange(item.quantity + 1)}>
        +
      </button>
    </div>
  )
}
