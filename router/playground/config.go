package playground

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Config is the page at the router's root.
type Config struct {
	// Enabled serves GraphiQL; without it a plain page says where the endpoint is.
	Enabled bool `yaml:"enabled"`
	// Tabs are the operations that the page opens with.
	Tabs []Tab `yaml:"tabs"`
	// SignIn are buttons that run an operation, in development only.
	SignIn []SignIn `yaml:"sign_in"`
}

// Tab is an operation that the page opens with. Its tab is called by the operation's name.
type Tab struct {
	// File is the file with the operation; a relative path starts at the configuration file's folder.
	File string `yaml:"file"`
	// Operation is the operation itself, instead of File.
	Operation string `yaml:"operation"`
	// Variables are the operation's.
	Variables map[string]any `yaml:"variables"`
}

// SignIn is a button that runs an operation, so that the router sets the cookie of a session. Nothing holds it to
// signing in: a button that signs out is one too.
type SignIn struct {
	// Label is what the button says.
	Label string `yaml:"label"`
	// File is the file with the operation; a relative path starts at the configuration file's folder.
	File string `yaml:"file"`
	// Operation is the operation itself, instead of File.
	Operation string `yaml:"operation"`
	// Variables are the operation's.
	Variables map[string]any `yaml:"variables"`
}

// Defaults are the settings of a router whose configuration says nothing of the page.
func Defaults() Config { return Config{Enabled: true, Tabs: []Tab{}, SignIn: []SignIn{}} }

// Load reads the files that the Config names, from dir where their paths are relative, and reports what is wrong with
// them and with the other values.
func (c *Config) Load(dir string, report func(path, message string)) {
	for i := range c.Tabs {
		tab := &c.Tabs[i]
		loadOperation(dir, tab.File, &tab.Operation, within(report, fmt.Sprintf("tabs[%d]", i)))
	}
	seen := map[string]bool{}
	for i := range c.SignIn {
		user, below := &c.SignIn[i], within(report, fmt.Sprintf("sign_in[%d]", i))
		loadOperation(dir, user.File, &user.Operation, below)
		switch {
		case strings.TrimSpace(user.Label) == "":
			below("label", "must say what the button does, such as the person's name")
		case seen[user.Label]:
			below("label", fmt.Sprintf("%q is on another button already", user.Label))
		}
		seen[user.Label] = true
	}
}

// loadOperation reads a file into operation, which must be empty if there is a file and not if there is none.
func loadOperation(dir, file string, operation *string, report func(path, message string)) {
	switch {
	case (file == "") == (*operation == ""):
		report("", "must have either file or operation")
	case file != "":
		if !filepath.IsAbs(file) {
			file = filepath.Join(dir, file)
		}
		text, err := os.ReadFile(file)
		if err != nil {
			report("file", err.Error())
		} else if *operation = string(text); strings.TrimSpace(*operation) == "" {
			report("file", file+" is empty: it must hold an operation")
		}
	}
}

// within reports below a setting.
func within(report func(path, message string), above string) func(path, message string) {
	return func(path, message string) {
		if path != "" {
			path = "." + path
		}
		report(above+path, message)
	}
}
