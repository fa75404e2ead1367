// What checkout, the page of an order and the lists of orders show of an order alike.
import { useState } from 'react'
import { Link } from 'wouter'
import type { Failure } from '../failure'
import { CancelOrderDocument, type OrderLinesFragment, type OrderStatus } from '../graphql'
import { formatMoney } from '../money'
import { useShopMutation } from '../query'
import { useAnnounce } from './announce'
import { Refusal } from './page'

export const orderStatuses: Record<OrderStatus, [label: string, tone: string]> = {
  OPEN: ['Open', ''],
  PLACED: ['Placed', 'good'],
  PAID: ['Paid', 'good'],
  SHIPPED: ['Shipped', 'good'],
  CANCELLED: ['Cancelled', 'bad'],
}

export function OrderBadge({ status }: { status: OrderStatus }) {
  const [label, tone] = orderStatuses[status]
  return <span className={`badge ${tone}`}>{label}</span>
}

/** The lines of an order that are not to be changed here, and their total. */
export function OrderLines({ order, label }: { order: OrderLinesFragment; label: string }) {
  return (
    <>
      <ul className="lines" aria-label={label}>
        {order.items.map((item) => (
          <li key={item.productId} className="line">
            <span className="line-name">
              {item.quantity} × <Link href={`/products/${encodeURIComponent(item.productId)}`}>{item.productName}</Link>
            </span>
            <strong className="line-total">{formatMoney(item.lineTotal)}</strong>
          </li>
        ))}
      </ul>
      <p className="total">
        Total <strong data-total={order.total.amount}>{formatMoney(order.total)}</strong>
      </p>
    </>
  )
}

/** Cancels a placed order; when tells a screen reader which. */
export function CancelOrder({ id, when }: { id: string; when: string }) {
  const announce = useAnnounce()
  const { run, isBusy } = useShopMutation(CancelOrderDocument)
  const [failure, setFailure] = useState<Failure>()
  const cancel = async () => {
    const done = await run({ id })
    if (!done) return
    setFailure(done.data?.cancelOrder ? undefined : done.failures[0])
    if (done.data?.cancelOrder) announce('The order is cancelled.')
  }
  return (
    <>
      <button type="button" className="quiet" aria-label={`Cancel this order of ${when}`} aria-disabled={isBusy} onClick={() => void cancel()}>
        Cancel this order
      </button>
      <Refusal failure={failure} />
    </>
  )
}
