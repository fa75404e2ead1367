// Applying for paying an order in instalments, and what became of it.
import { useState } from 'react'
import type { Failure } from '../failure'
import { ApplyForFinancingDocument, OrderApplicationDocument, type ApplicationFactsFragment, type ApplicationStatus } from '../graphql'
import { formatMoney, type Money } from '../money'
import { useShopMutation, useShopQuery, type Done } from '../query'
import { useAnnounce } from './announce'
import { Refusal } from './page'

export const applicationStatuses: Record<ApplicationStatus, [label: string, tone: string]> = {
  PENDING: ['Waits for our decision', 'warn'],
  APPROVED: ['Approved', 'good'],
  DECLINED: ['Declined', 'bad'],
  WITHDRAWN: ['Withdrawn', ''],
}

type Order = { id: string; total: Money }

/** What was applied for; null while nobody knows. That financing is away is said with its offer. */
export function useApplication(orderId: string): ApplicationFactsFragment | null {
  const { data } = useShopQuery({ query: OrderApplicationDocument, variables: { id: orderId } })
  return data?.order?.financingApplication ?? null
}

const maxAttempts = 10
const pause = 500

function isEqual(a: Money, b: Money): boolean {
  return a.amount === b.amount && a.currency === b.currency
}

/**
 * Applies for an order. Financing hears of orders a moment later than they change: while it does not know the order yet,
 * or knows an earlier total of it, the application is sent again.
 */
function useApply(order: Order) {
  const { run } = useShopMutation(ApplyForFinancingDocument)
  const [isBusy, setBusy] = useState(false)
  const apply = async (termMonths: number): Promise<Done<unknown> & { isApplied: boolean }> => {
    setBusy(true)
    try {
      for (let attempt = 1; ; attempt++) {
        const done = (await run({ orderId: order.id, termMonths })) ?? { data: undefined, failures: [] }
        const application = done.data?.applyForFinancing
        const isLate = application ? !isEqual(application.total, order.total) : done.failures[0]?.code === 'NOT_FOUND'
        if (!isLate || attempt === maxAttempts) return { ...done, isApplied: Boolean(application) }
        await new Promise((resolve) => window.setTimeout(resolve, pause))
      }
    } finally {
      setBusy(false)
    }
  }
  return { apply, isBusy }
}

type ApplicationProps = { order: Order; application: ApplicationFactsFragment | null; termMonths: number; canApply: boolean }

/** What was applied for, if anything was, and the button to apply over the chosen term. */
export function Application({ order, application, termMonths, canApply }: ApplicationProps) {
  const announce = useAnnounce()
  const { apply, isBusy } = useApply(order)
  const [failure, setFailure] = useState<Failure>()
  const isSame = application && application.termMonths === termMonths && isEqual(application.total, order.total)
  const submit = async () => {
    if (isBusy) return
    const { isApplied, failures } = await apply(termMonths)
    setFailure(isApplied ? undefined : failures[0])
    if (isApplied) announce('Your application is made.')
  }
  return (
    <>
      {application && <ApplicationFacts application={application} total={order.total} />}
      {canApply && !isSame && (
        <p className="actions">
          <button type="button" aria-disabled={isBusy} onClick={() => void submit()}>
            {isBusy ? 'One moment…' : application ? 'Apply for these instalments instead' : 'Apply for these instalments'}
          </button>
          <span className="muted">
            {formatMoney(order.total)} over {termMonths} months
          </span>
        </p>
      )}
      <Refusal failure={failure} />
    </>
  )
}

function ApplicationFacts({ application, total }: { application: ApplicationFactsFragment; total: Money }) {
  const [label, tone] = applicationStatuses[application.status]
  return (
    <div role="status" data-application={application.status}>
      <p>
        You have applied to pay {formatMoney(application.total)} over {application.termMonths} months, {formatMoney(application.monthlyPayment)} a month at{' '}
        {application.ratePerMille / 10} % a year. <span className={`badge ${tone}`}>{label}</span>
      </p>
      <p className="muted">{application.reason}</p>
      {!isEqual(application.total, total) && <p>Your order has changed since then: please apply again.</p>}
    </div>
  )
}
