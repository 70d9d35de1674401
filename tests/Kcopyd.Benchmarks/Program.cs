using Kcopyd.Benchmarks;

return await BenchmarkProgram.RunAsync(args);
