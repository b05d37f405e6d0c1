//go:build tools

// Package tools pins Karpenter with its kwok provider, a second provisioner to run the workspace controller against.
package tools

import _ "sigs.k8s.io/karpenter/kwok"
