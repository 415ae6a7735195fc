"""The preview of an endpoint: whose lead is shown, what an unsaved page would send, and how a request is read."""
