import { useState } from 'react'
import { Link } from 'wouter'
import { failureAt, type Failure } from '../failure'
import { MarkPaidDocument, MarkShippedDocument, OrderCustomerDocument, OrderDocument, type OrderLifeFragment, type OrderQuery } from '../graphql'
import { formatTime } from '../money'
import { ForCustomers } from '../parts/account_gate'
import { useAnnounce } from '../parts/announce'
import { defaultTerm, Instalments } from '../parts/financing'
import { CancelOrder, OrderBadge, OrderLines } from '../parts/order'
import { Loading, Missing, Page, Refusal } from '../parts/page'
import { useShopMutation, useShopQuery } from '../query'
import { useSession, type Viewer } from '../session'
import { useOrderUpdates } from '../stream'

type Order = NonNullable<OrderQuery['order']>

/** One order, which changes on the page as it is paid and sent; for staff with what they do to it. */
export function OrderPage({ id }: { id: string }) {
  return (
    <Page title="Order">
      <ForCustomers why="Your orders are kept with your account.">{(viewer) => <Content id={id} viewer={viewer} />}</ForCustomers>
    </Page>
  )
}

function Content({ id, viewer }: { id: string; viewer: Viewer }) {
  const [termMonths, setTermMonths] = useState(defaultTerm)
  const { data, failures, isLoading, isUpdating, retry } = useShopQuery({ query: OrderDocument, variables: { id, termMonths } })
  const failure = failureAt(failures, 'order')
  const order = data?.order
  useOrderUpdates(id, !order || order.status === 'SHIPPED' || order.status === 'CANCELLED')
  if (isLoading) return <Loading what="the order" />
  if (!order && failure) {
    return (
      <Missing failure={failure} onRetry={retry}>
        Your orders are safe.
      </Missing>
    )
  }
  if (!order) {
    return (
      <p>
        There is no such order. <Link href="/orders">See your orders.</Link>
      </p>
    )
  }
  const isMine = order.customer.id === viewer.id
  return (
    <>
      <Life order={order} />
      {!isMine && <Customer id={id} />}
      {!isMine && <NextStep order={order} />}
      <OrderLines order={order} label="What was ordered" />
      {isMine && (
        <Instalments
          order={order}
          failure={failureAt(failures, 'order', 'financing')}
          termMonths={termMonths}
          onTerm={setTermMonths}
          isUpdating={isUpdating}
          onRetry={retry}
        />
      )}
      {isMine && order.status === 'OPEN' && (
        <p>
          This order is not placed yet. <Link href="/order">Go on with it.</Link>
        </p>
      )}
      {order.status === 'PLACED' && order.placedAt && (
        <p className="actions">
          <CancelOrder id={order.id} when={formatTime(order.placedAt)} />
        </p>
      )}
    </>
  )
}

const steps: [label: string, at: (order: OrderLifeFragment) => string | null][] = [
  ['Placed', (order) => order.placedAt],
  ['In stock, reserved for you', (order) => order.confirmedAt],
  ['Paid', (order) => order.paidAt],
  ['Shipped', (order) => order.shippedAt],
  ['Cancelled', (order) => order.cancelledAt],
]

/** Where the order stands now and when it got there. What changes is said to those who do not see it. */
function Life({ order }: { order: OrderLifeFragment }) {
  return (
    <div role="status" data-status={order.status}>
      <p>
        <OrderBadge status={order.status} />
      </p>
      <ol className="facts">
        {steps.map(([label, at]) => {
          const time = at(order)
          return (
            time && (
              <li key={label}>
                {label} <span className="muted">{formatTime(time)}</span>
              </li>
            )
          )
        })}
      </ol>
      {order.cancelReason && <p>Why it was cancelled: {order.cancelReason}</p>}
    </div>
  )
}

/** Who ordered it, for staff: a query of its own, so that the order shows while accounts are away. */
function Customer({ id }: { id: string }) {
  const { data, failures, retry } = useShopQuery({ query: OrderCustomerDocument, variables: { id } })
  const failure = failureAt(failures, 'order', 'customer', 'name')
  if (failure) return <Missing failure={failure} onRetry={retry} />
  return (
    data?.order && (
      <p>
        Ordered by <strong>{data.order.customer.name}</strong>.
      </p>
    )
  )
}

/** The next step of an order, which staff takes. */
function NextStep({ order }: { order: Order }) {
  const { isStaff } = useSession()
  const announce = useAnnounce()
  const markPaid = useShopMutation(MarkPaidDocument)
  const markShipped = useShopMutation(MarkShippedDocument)
  const [failure, setFailure] = useState<Failure>()
  if (!isStaff) return null
  const pay = async () => {
    const done = await markPaid.run({ id: order.id })
    if (!done) return
    setFailure(done.data?.markPaid ? undefined : done.failures[0])
    if (done.data?.markPaid) announce('The order is paid.')
  }
  const ship = async () => {
    const done = await markShipped.run({ id: order.id })
    if (!done) return
    setFailure(done.data?.markShipped ? undefined : done.failures[0])
    if (done.data?.markShipped) announce('The order is shipped.')
  }
  return (
    <>
      {order.status === 'PLACED' && !order.confirmedAt && <p className="muted">Its stock is being reserved.</p>}
      {order.status === 'PLACED' && order.confirmedAt && (
        <p className="actions">
          <button type="button" aria-disabled={markPaid.isBusy} onClick={() => void pay()}>
            It is paid
          </button>
        </p>
      )}
      {order.status === 'PAID' && (
        <p className="actions">
          <button type="button" aria-disabled={markShipped.isBusy} onClick={() => void ship()}>
            It is shipped
          </button>
        </p>
      )}
      <Refusal failure={failure} />
    </>
  )
}
