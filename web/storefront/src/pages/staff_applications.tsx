import { useState } from 'react'
import { Link } from 'wouter'
import { failureAt } from '../failure'
import { DecideFinancingDocument, WaitingApplicationsDocument, type ApplicationFragment } from '../graphql'
import { formatMoney, formatTime } from '../money'
import { ForStaff } from '../parts/account_gate'
import { useAnnounce } from '../parts/announce'
import { applicationStatuses } from '../parts/application'
import { creditWords } from '../parts/financing'
import { Field, Form, formErrors, noErrors, textOf } from '../parts/form'
import { Empty, Loading, Missing, Page } from '../parts/page'
import { More, Paged, type PageOfList } from '../parts/pages'
import { useShopMutation, useShopQuery } from '../query'

const pageSize = 20

/** The applications for financing that wait for staff, who decide them with a reason. */
export function Applications() {
  return (
    <Page title="Applications">
      <ForStaff>
        <Paged>{(page) => <ApplicationsPage {...page} />}</Paged>
      </ForStaff>
    </Page>
  )
}

function ApplicationsPage({ after, isFirst, onMore }: PageOfList) {
  const { data, failures, isLoading, retry } = useShopQuery({ query: WaitingApplicationsDocument, variables: { first: pageSize, after } })
  const failure = failureAt(failures, 'financingApplications')
  const page = data?.financingApplications
  if (isLoading) return <Loading what="the applications" />
  if (failure) return <Missing failure={failure} onRetry={retry} />
  if (isFirst && page?.edges.length === 0) {
    return (
      <Empty>
        <p>No application waits for a decision.</p>
      </Empty>
    )
  }
  return (
    <>
      <ul className="orders" aria-label={isFirst ? 'Applications' : 'Earlier applications'}>
        {(page?.edges ?? []).map(({ node }) => (
          <Waiting key={node.id} application={node} />
        ))}
      </ul>
      <More pageInfo={page?.pageInfo} onMore={onMore}>
        Show earlier applications
      </More>
    </>
  )
}

function Waiting({ application }: { application: ApplicationFragment }) {
  const { customer, order, total, termMonths, monthlyPayment, status } = application
  const [label, tone] = applicationStatuses[status]
  return (
    <li className="order" data-application={status}>
      <h2>
        {customer.name}, {formatTime(application.createdAt)}
      </h2>
      <p>
        {formatMoney(total)} over {termMonths} months, {formatMoney(monthlyPayment)} a month, for{' '}
        <Link href={`/orders/${encodeURIComponent(order.id)}`}>this order</Link>. <span className={`badge ${tone}`}>{label}</span>
      </p>
      <p className="muted">
        {application.reason}
        {customer.creditStatus && ` Their credit is ${creditWords[customer.creditStatus]}.`}
      </p>
      {status === 'PENDING' && <Decide application={application} />}
    </li>
  )
}

function Decide({ application }: { application: ApplicationFragment }) {
  const announce = useAnnounce()
  const { run, isBusy } = useShopMutation(DecideFinancingDocument)
  const [errors, setErrors] = useState(noErrors)
  const submit = async (values: FormData) => {
    const approve = values.get('approve')
    if (approve === null) {
      setErrors({ fields: { approve: 'Please choose.' }, form: undefined })
      return
    }
    const done = await run({ id: application.id, approve: approve === 'yes', reason: textOf(values, 'reason') ?? '' })
    if (!done) return
    setErrors(done.data?.decideFinancing ? noErrors : formErrors(done.failures, ['reason']))
    if (done.data?.decideFinancing) announce(`The application of ${application.customer.name} is decided.`)
  }
  const missing = errors.fields.approve
  return (
    <Form label={`Application of ${application.customer.name}`} errors={errors} isBusy={isBusy} submit="Decide" onSubmit={(values) => void submit(values)}>
      <fieldset className="pills">
        <legend>
          Decision {missing && <span className="field-error">{missing}</span>}
        </legend>
        {[
          ['yes', 'Approve'],
          ['no', 'Decline'],
        ].map(([value, label]) => (
          <label key={value}>
            <input type="radio" name="approve" value={value} aria-invalid={missing ? true : undefined} />
            <span>{label}</span>
          </label>
        ))}
      </fieldset>
      <Field label="Why" name="reason" errors={errors} hint="The customer reads it, and it goes into the ledger with your name." required />
    </Form>
  )
}
