//go:build tools

// Package tools pins oras, which moves data and results of workspaces to and from registries.
package tools

import _ "oras.land/oras/cmd/oras"
