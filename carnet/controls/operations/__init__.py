"""Writing: one public function a use case."""
