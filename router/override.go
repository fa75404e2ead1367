package router

import (
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/weft-graph/weft/router/config"
)

// overrides decides which labels of a graph's progressive overrides are on for a request.
type overrides struct {
	header string
	labels []overrideLabel
}

// overrideLabel is a label with the part of the requests for which it is on, in percent.
type overrideLabel struct {
	name    string
	percent float64
}

// newOverrides makes the decision for the labels of a graph. A label "percent(12.5)" says its part itself, the
// configuration that of the others, which are off where it does not name them.
func newOverrides(c config.Overrides, labels []string) *overrides {
	o := &overrides{header: http.CanonicalHeaderKey(c.Header)}
	for _, name := range labels {
		label := overrideLabel{name: name, percent: c.Labels[name]}
		if text, ok := strings.CutPrefix(name, "percent("); ok {
			// Composition refuses any other text between the parentheses than a number.
			label.percent, _ = strconv.ParseFloat(strings.TrimSuffix(text, ")"), 64)
		}
		o.labels = append(o.labels, label)
	}
	return o
}

// unused lists the labels of the configuration that the graph does not have, sorted.
func (o *overrides) unused(c config.Overrides) []string {
	var out []string
	for name := range c.Labels {
		if !slices.ContainsFunc(o.labels, func(l overrideLabel) bool { return l.name == name }) {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

// on returns the labels that are on for a request. One number is drawn for all of them, so that requests differ by how
// far the overrides have gone, and not by every combination: as many plans as labels, not two to the power of them.
func (o *overrides) on(req *http.Request) []string {
	if len(o.labels) == 0 {
		return nil
	}
	draw := rand.Float64() * 100
	var on []string
	for _, label := range o.labels {
		if draw < label.percent || o.header != "" && names(req.Header[o.header], label.name) {
			on = append(on, label.name)
		}
	}
	return on
}

// names reports whether a list of words, separated by commas, has a name in it.
func names(values []string, name string) bool {
	for _, value := range values {
		for word := range strings.SplitSeq(value, ",") {
			if strings.TrimSpace(word) == name {
				return true
			}
		}
	}
	return false
}
