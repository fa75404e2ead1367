// The offer to pay in instalments, with the choice of its term.
import type { Failure } from '../failure'
import type { CreditStatus, FinancingDecision, OfferFragment, OrderStatus } from '../graphql'
import { formatMoney, type Money } from '../money'
import { Application, useApplication } from './application'
import { Missing } from './page'

export const defaultTerm = 24
const terms = [6, 12, 24, 36, 48, 60, 72, 84]

export const creditWords: Record<CreditStatus, string> = { GOOD: 'good', BAD: 'bad', UNKNOWN: 'not known yet' }

type Financing = NonNullable<OfferFragment['financing']>

type InstalmentsProps = {
  order: OfferFragment & { id: string; status: OrderStatus; total: Money }
  failure: Failure | undefined
  termMonths: number
  onTerm: (months: number) => void
  isUpdating: boolean
  onRetry: () => void
}

export function Instalments({ order, failure, termMonths, onTerm, isUpdating, onRetry }: InstalmentsProps) {
  const { financing, status } = order
  const application = useApplication(order.id)
  const canApply = status === 'OPEN' || status === 'PLACED'
  if (!canApply && !application) return null
  return (
    <section className="instalments" aria-labelledby="instalments">
      <h2 id="instalments">Instalments</h2>
      {failure && (
        <Missing failure={failure} onRetry={onRetry}>
          You can pay your order at once all the same.
        </Missing>
      )}
      {canApply && financing && (
        <>
          <label className="inline">
            Over{' '}
            <select value={termMonths} onChange={(event) => onTerm(Number(event.currentTarget.value))}>
              {terms.map((months) => (
                <option key={months} value={months}>
                  {months} months
                </option>
              ))}
            </select>
          </label>
          <div role="status" aria-busy={isUpdating} data-decision={financing.decision}>
            <Decision financing={financing} />
          </div>
        </>
      )}
      <Application order={order} application={application} termMonths={termMonths} canApply={canApply && financing !== null && financing.decision !== 'DECLINE'} />
    </section>
  )
}

const tones: Record<FinancingDecision, string> = { OFFER: 'good', DECLINE: 'bad', MORE_INFORMATION_NEEDED: 'warn' }

function Decision({ financing }: { financing: Financing }) {
  return (
    <>
      <p>
        <span className={`badge ${tones[financing.decision]}`}>{financing.reason}</span>
      </p>
      <p>{inWords(financing)}</p>
    </>
  )
}

function inWords(financing: Financing): string {
  switch (financing.decision) {
    case 'OFFER':
      return financing.monthlyPayment
        ? `${formatMoney(financing.monthlyPayment)} a month for ${financing.termMonths} months, at ${financing.ratePerMille / 10} % a year.`
        : 'We offer you instalments.'
    case 'DECLINE':
      return 'We cannot offer you instalments for this order. You can pay it at once.'
    case 'MORE_INFORMATION_NEEDED':
      return 'We need to know more about you before we can offer instalments. You can pay the order at once.'
  }
}
