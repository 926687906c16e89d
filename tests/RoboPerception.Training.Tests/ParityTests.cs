using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using RoboPerception.Core;
using RoboPerception.Training.Parity;

namespace RoboPerception.Training.Tests;

public sealed class ParityTests : IDisposable
{
    private readonly string path = Path.GetTempFileName();

    public void Dispose() => File.Delete(path);

    [Fact]
    public void A_loss_that_agrees_passes()
    {
        WriteDepthLoss(loss: 1.5f);
        Assert.All(ParityChecks.Compare(path), deviation => Assert.True(deviation.Passed, deviation.ToString()));
    }

    [Fact]
    public void A_loss_that_differs_is_found_and_named()
    {
        WriteDepthLoss(loss: 1.501f);
        var deviation = ParityChecks.Compare(path).Single(deviation => deviation.Group == "loss");
        Assert.False(deviation.Passed);
        Assert.Equal("case0/depth/loss", deviation.Where);
    }

    [Fact]
    public void A_model_that_is_not_here_is_refused_by_name()
    {
        Write("nonet", []);
        var error = Assert.Throws<UserErrorException>(() => ParityChecks.Compare(path));
        Assert.Contains("'nonet'", error.Message, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Usage, error.ExitCode);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(40)]
    public void A_truncated_file_is_refused_by_name(int length)
    {
        WriteDepthLoss(1.5f);
        File.WriteAllBytes(path, File.ReadAllBytes(path)[..length]);
        Assert.Contains(path, Assert.Throws<UserErrorException>(() => ParityChecks.Compare(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_tensor_outside_the_file_is_refused_by_name()
    {
        WriteDepthLoss(1.5f);
        File.WriteAllBytes(path, File.ReadAllBytes(path)[..^8]);
        Assert.Contains("outside the file", Assert.Throws<UserErrorException>(() => ParityChecks.Compare(path)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("F64")]
    [InlineData("F16")]
    [InlineData("BF16")]
    public void Numbers_of_another_precision_are_read(string type)
    {
        // All of these numbers have few digits.
        var numbers = new Dictionary<string, float[]>
        {
            ["uncertainty3/losses"] = [1.5f, 0.5f], ["uncertainty3/log_variance"] = [0, 0], ["uncertainty3/total"] = [1], ["uncertainty3/grad_losses"] = [0.5f, 0.5f],
        };
        WriteTyped(type, numbers, value => type switch
        {
            "F64" => BitConverter.GetBytes((double)value),
            "F16" => BitConverter.GetBytes((Half)value),
            _ => BitConverter.GetBytes(value)[2..],
        });
        var deviations = ParityChecks.Compare(path);
        Assert.Equal(["uncertainty total", "uncertainty grad"], deviations.Select(deviation => deviation.Group));
        Assert.All(deviations, deviation => Assert.True(deviation.Passed, deviation.ToString()));
    }

    [Fact]
    public void A_weighting_is_compared_as_far_as_the_file_goes()
    {
        WriteTyped("F32", new() { ["dwa0/losses"] = [1, 1, 0.9f, 1, 1, 1], ["dwa0/lambda"] = [1, 1, 1, 1, 0.97500521f, 1.02499479f] }, BitConverter.GetBytes, columns: 2);
        var deviation = Assert.Single(ParityChecks.Compare(path));
        Assert.Equal(("dwa lambda", true), (deviation.Group, deviation.Passed));
    }

    private void WriteTyped(string type, Dictionary<string, float[]> numbers, Func<float, byte[]> bytes, int? columns = null)
    {
        var header = new Dictionary<string, object> { ["__metadata__"] = new Dictionary<string, string> { ["format"] = "golden-reference-1" } };
        var data = new MemoryStream();
        foreach (var (name, values) in numbers)
        {
            var start = data.Length;
            data.Write([.. values.SelectMany(bytes)]);
            header[name] = new { dtype = type, shape = columns is { } width ? [values.Length / width, width] : new[] { values.Length }, data_offsets = new[] { start, data.Length } };
        }

        var json = Encoding.UTF8.GetBytes(JsonSerializer.Serialize(header));
        File.WriteAllBytes(path, [.. BitConverter.GetBytes((long)json.Length), .. json, .. data.ToArray()]);
    }

    private void WriteDepthLoss(float loss)
    {
        var tensors = new Dictionary<string, (long[] Shape, float[] Values)>();
        // Only depth carries values to check; the other two tasks have no valid pixel, so loss and gradient are 0 on both sides.
        Add("depth", [1, 1, 1, 3], [2, 5, 4], [1, 0, 2], loss, [0.5f, 0, 0.5f]);
        Add("normal", [1, 3, 1, 1], [0, 0, -1], [0, 0, -1], 0, [0, 0, 1]);
        Add("seg", [1, 13, 1, 1], [0, .. Enumerable.Repeat(-50f, 12)], [], 0, [-1, .. new float[12]]);
        Write("losses_mtan", tensors);

        void Add(string task, long[] shape, float[] prediction, float[] target, float value, float[] gradient)
        {
            tensors[$"case0/{task}/pred"] = (shape, prediction);
            tensors[$"case0/{task}/loss"] = ([1], [value]);
            tensors[$"case0/{task}/grad"] = (shape, gradient);
            if (target.Length > 0)
            {
                tensors[$"case0/{task}/target"] = (shape, target);
            }
        }
    }

    private void Write(string model, Dictionary<string, (long[] Shape, float[] Values)> tensors)
    {
        var header = new Dictionary<string, object> { ["__metadata__"] = new Dictionary<string, string> { ["format"] = "golden-reference-1", ["model"] = model } };
        var data = new MemoryStream();
        if (tensors.Count > 0)
        {
            header["case0/seg/target"] = new { dtype = "I64", shape = new[] { 1, 1, 1 }, data_offsets = new[] { 0, 8 } };
            data.Write(new byte[8]);
        }

        foreach (var (name, (shape, values)) in tensors)
        {
            header[name] = new { dtype = "F32", shape, data_offsets = new[] { data.Length, data.Length + (4 * values.Length) } };
            data.Write(MemoryMarshal.AsBytes<float>(values));
        }

        var json = Encoding.UTF8.GetBytes(JsonSerializer.Serialize(header));
        File.WriteAllBytes(path, [.. BitConverter.GetBytes((long)json.Length), .. json, .. data.ToArray()]);
    }
}
