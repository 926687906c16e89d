using System.Text.Json;
using RoboPerception.Benchmarks.Faults;

// network-cut MODEL SECONDS: run by FaultTests in namespaces of its own.
if (args is not ["network-cut", var model, var seconds])
{
    return 2;
}
FaultFigures.RecoveryLimitSeconds = 60;
FaultFigures.StaleAge = TimeSpan.FromSeconds(2);
(object report, bool isGood) = await NetworkFault.RunAsync(model, [int.Parse(seconds, System.Globalization.CultureInfo.InvariantCulture)]);
Console.WriteLine(JsonSerializer.Serialize(report));
return isGood ? 0 : 1;
