package config

import (
	"fmt"

	"github.com/weft-graph/weft/router/settings"
)

// Planning says how operations are planned, and who sees the plans.
type Planning struct {
	// Header is the request header that, with the value "true", asks for the operation's plan in the answer's
	// extensions; empty means that none does.
	Header string `yaml:"header"`
	// ReuseEntities takes what another part of the same operation has read of an entity, instead of asking for it again.
	ReuseEntities bool `yaml:"reuse_entities"`
	// MaxStates is how many partial plans may be looked at for one operation.
	MaxStates int `yaml:"max_states"`
	// MaxBytes is about how much memory planning one operation may take.
	MaxBytes int64 `yaml:"max_bytes" unit:"bytes"`
}

func planningDefaults() Planning {
	return Planning{ReuseEntities: true, MaxStates: 500_000, MaxBytes: 64 << 20}
}

func (p *Planning) validate(report func(path, message string)) {
	if p.Header != "" && !settings.IsToken(p.Header) {
		report("header", fmt.Sprintf("%q is not the name of a header: write one such as Weft-Plan", p.Header))
	}
	if p.MaxStates <= 0 {
		report("max_states", "must be more than 0")
	}
	if p.MaxBytes <= 0 {
		report("max_bytes", "must be more than 0")
	}
}
