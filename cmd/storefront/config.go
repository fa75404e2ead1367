package main

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"slices"
	"strings"
)

// config is what the environment says.
type config struct {
	// Listen is LISTEN, the host:port to serve on.
	Listen string
	// Router is ROUTER_URL, the router's GraphQL endpoint.
	Router *url.URL
	// Product is PRODUCT_URL, the product service's address, for files.
	Product *url.URL
	// LogLevel is LOG_LEVEL: debug, info, warn or error.
	LogLevel slog.Level
}

// readConfig reads the variables by lookUp, such as os.Getenv. The error names everything that is wrong with them.
func readConfig(lookUp func(name string) string) (config, error) {
	var problems []string
	text := func(name, fallback string) string {
		if value := lookUp(name); value != "" {
			return value
		}
		return fallback
	}
	c := config{Listen: text("LISTEN", "127.0.0.1:4010")}
	if _, port, err := net.SplitHostPort(c.Listen); err != nil || port == "" {
		problems = append(problems, fmt.Sprintf("LISTEN is %q; expected host:port such as 127.0.0.1:4010", c.Listen))
	}
	router := text("ROUTER_URL", "http://127.0.0.1:4000/graphql")
	var err error
	c.Router, err = url.Parse(router)
	if err != nil || c.Router.Host == "" || c.Router.Scheme != "http" && c.Router.Scheme != "https" || c.Router.Path == "" {
		problems = append(problems, fmt.Sprintf("ROUTER_URL is %q; expected the router's endpoint such as http://127.0.0.1:4000/graphql", router))
	}
	product := text("PRODUCT_URL", "http://127.0.0.1:4002")
	c.Product, err = url.Parse(product)
	if err != nil || c.Product.Host == "" || c.Product.Scheme != "http" && c.Product.Scheme != "https" {
		problems = append(problems, fmt.Sprintf("PRODUCT_URL is %q; expected the product service's address such as http://127.0.0.1:4002", product))
	}
	if err := c.LogLevel.UnmarshalText([]byte(text("LOG_LEVEL", "info"))); err != nil {
		problems = append(problems, fmt.Sprintf("LOG_LEVEL is %q; expected debug, info, warn or error", lookUp("LOG_LEVEL")))
	}
	if len(problems) > 0 {
		return c, errors.New("the environment is not complete:\n  " + strings.Join(problems, "\n  "))
	}
	return c, nil
}

// variables lists the variables that readConfig reads, sorted.
func variables() []string {
	var names []string
	_, _ = readConfig(func(name string) string {
		names = append(names, name)
		return ""
	})
	slices.Sort(names)
	return slices.Compact(names)
}
