package plan

import (
	"fmt"
	"strings"
)

// Mermaid returns the plan as a Mermaid flowchart: a box for each fetch, an arrow for each input
// that it waits for, dotted where it only looks whether it need not be sent.
func (p *Plan) Mermaid() string {
	var b strings.Builder
	b.WriteString("flowchart LR\n")
	fmt.Fprintf(&b, "  request([%s])\n", kindText(p.Kind))
	waves := p.Waves()
	for i, f := range p.Fetches {
		label := fmt.Sprintf("%d: %s, wave %d", f.ID, p.Subgraphs[f.Subgraph], waves[i])
		if f.When != 0 {
			label += ", if " + p.conditionText(f.When)
		}
		fmt.Fprintf(&b, "  f%d[\"%s<br/>%s\"]\n", f.ID, mermaidText(label), mermaidText(f.Why))
		if len(f.DependsOn) == 0 {
			fmt.Fprintf(&b, "  request --> f%d\n", f.ID)
		}
		for _, d := range f.DependsOn {
			fmt.Fprintf(&b, "  f%d --> f%d\n", d, f.ID)
		}
		for _, d := range f.Awaits {
			fmt.Fprintf(&b, "  f%d -.-> f%d\n", d, f.ID)
		}
	}
	return b.String()
}

// mermaidText escapes what would end a quoted label or be taken for markup in it.
func mermaidText(text string) string {
	return strings.NewReplacer("#", "#35;", `"`, "#quot;", "<", "#lt;", ">", "#gt;", "\n", " ").Replace(text)
}
