import { countRequests } from './api-requests.ts';

test('requests are counted over codes and hosts, and those that write apart', () => {
  const metrics = [
    '# TYPE rest_client_requests_total counter',
    'rest_client_requests_total{code="200",method="GET",host="a:1"} 7',
    'rest_client_requests_total{code="409",method="PATCH",host="a:1"} 2',
    'rest_client_requests_total{code="201",method="POST",host="a:1"} 30',
    'rest_client_request_duration_seconds_count{verb="GET",host="a:1"} 99',
  ].join('\n');
  expect(countRequests(metrics)).toEqual({ all: 39, writes: 32 });
  expect(countRequests('')).toEqual({ all: 0, writes: 0 });
});
