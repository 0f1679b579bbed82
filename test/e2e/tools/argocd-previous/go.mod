module stageline/e2e/argocd-previous

go 1.25.5

require github.com/argoproj/argo-cd/v3 v3.2.5
