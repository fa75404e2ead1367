import { useGraphiQL, type GraphiQLPlugin } from '@graphiql/react';
import { useEffect, useState } from 'react';
import { coloursOf } from './colours';
import { useLastRun, type Plan } from './facts';
import { PlanTree } from './plan-tree';
import { send } from './request';
import type { Settings } from './settings';
import { Waterfall } from './waterfall';

/** How long an edit must be over before its plan is asked for. */
const pauseMs = 400;

/** The plan panel as a plugin of GraphiQL. */
export function planPlugin(settings: Settings): GraphiQLPlugin {
  return { title: 'Query plan', icon: PlanIcon, content: () => <PlanPanel endpoint={settings.endpoint} /> };
}

function PlanIcon() {
  return (
    <svg viewBox="0 0 20 20" width="20" height="20" fill="none" stroke="currentColor" strokeWidth="1.5" aria-hidden="true">
      <rect x="1.5" y="7.5" width="5" height="5" rx="1" />
      <rect x="13.5" y="1.5" width="5" height="5" rx="1" />
      <rect x="13.5" y="13.5" width="5" height="5" rx="1" />
      <path d="M6.5 10h3.5M10 4v12M10 4h3.5M10 16h3.5" />
    </svg>
  );
}

/** The plan of the operation in the editor, before it runs too, and the timing of the last run. */
function PlanPanel({ endpoint }: { endpoint: string }) {
  const planned = usePlan(endpoint);
  const run = useLastRun();
  const plan = planned.plan ?? run?.plan;
  const isCurrent = run !== undefined && run.document === planned.document;
  const colours = coloursOf([...(plan?.fetches ?? []), ...(run?.trace?.fetches ?? [])]);
  return (
    <div className="plan-panel">
      <h2>Query plan</h2>
      {planned.problem && <p className="plan-problem">{planned.problem}</p>}
      {plan && <PlanTree plan={plan} colours={colours} />}
      {!plan && !planned.problem && <p>Write an operation to see how the router answers it.</p>}
      <h2>Timing</h2>
      {run?.trace && !isCurrent && <p className="plan-note">Of the last run, which was another operation.</p>}
      {run?.trace && <Waterfall trace={run.trace} plan={run.plan} colours={colours} />}
      {!run?.trace && <p>Run the operation to see when each fetch began and how long it took.</p>}
    </div>
  );
}

interface Planned {
  document: string;
  plan?: Plan;
  problem?: string;
}

/** Asks the router how it would answer the operation in the editor, whenever that has changed. Nothing is run. */
function usePlan(endpoint: string): Planned {
  const document = useGraphiQL(state => state.tabs[state.activeTabIndex]?.query ?? '');
  const operationName = useGraphiQL(state => state.operationName);
  const [planned, setPlanned] = useState<Planned>({ document: '' });
  useEffect(() => {
    const isEmpty = document.replace(/#.*/g, '').trim() === '';
    if (isEmpty) {
      setPlanned({ document });
      return;
    }
    const abort = new AbortController();
    const timer = setTimeout(() => {
      send(endpoint, { query: document, operationName }, { debug: 'plan, dry-run', signal: abort.signal }).then(
        ({ answer, facts }) => {
          const problem = facts?.plan ? undefined : (answer.errors?.[0]?.message ?? 'The router gave no plan.');
          if (!abort.signal.aborted) {
            setPlanned({ document, ...(facts?.plan ? { plan: facts.plan } : {}), ...(problem ? { problem } : {}) });
          }
        },
        (error: unknown) => {
          if (!abort.signal.aborted) setPlanned({ document, problem: error instanceof Error ? error.message : String(error) });
        },
      );
    }, pauseMs);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [endpoint, document, operationName]);
  return planned;
}
