package config

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/weft-graph/weft/router/settings"
)

// Overrides says for which requests the labels of progressive overrides (@override with a label) are on. A label such as
// percent(5) says it itself.
type Overrides struct {
	// Labels is the part of the requests for which a label is on, in percent, by label.
	Labels map[string]float64 `yaml:"labels"`
	// Header is the request header in which a client may name labels that are on for its request; empty means none.
	Header string `yaml:"header"`
}

func (o *Overrides) validate(report func(path, message string)) {
	for _, label := range slices.Sorted(maps.Keys(o.Labels)) {
		switch percent := o.Labels[label]; {
		case strings.HasPrefix(label, "percent("):
			report("labels."+label, "says in its name how often it is on: leave it out")
		case !(percent >= 0 && percent <= 100):
			report("labels."+label, fmt.Sprintf("%v is no part of the requests: write 0 to 100", percent))
		}
	}
	if o.Header != "" && !settings.IsToken(o.Header) {
		report("header", fmt.Sprintf("%q is not the name of a header: write one such as Weft-Override", o.Header))
	}
}
