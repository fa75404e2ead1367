package shop

import "github.com/alicebob/miniredis/v2"

// StopRedis stops Redis, which forgets everything.
func (s *Shop) StopRedis() error {
	if p := s.Programs["redis"]; p != nil {
		return p.Stop()
	}
	s.miniredis.Close()
	return nil
}

// StartRedis starts Redis again at the same address, empty.
func (s *Shop) StartRedis() error {
	if p := s.Programs["redis"]; p != nil {
		return p.Start()
	}
	s.miniredis = miniredis.NewMiniRedis()
	return s.miniredis.StartAddr(s.Addresses["redis"])
}
