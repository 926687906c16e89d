using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using RoboPerception.Training.Networks;
using RoboPerception.Training.Networks.Pyramid;
using RoboPerception.Training.Tasks;
using static TorchSharp.torch;

namespace RoboPerception.Training.Tests;

/// <summary>Writes files of reference values from this program's own networks.</summary>
internal static class GoldenWriter
{
    /// <summary>Everything that such a file holds about a network in evaluation and in training; parameters of the network change as after one pass.</summary>
    public static void Write(string path, string model, string config, PerceptionNetwork network, bool mti, Func<string, string>? rename = null, Func<string, bool>? keep = null)
    {
        using var scope = NewDisposeScope();
        var tensors = new SortedDictionary<string, Tensor>(StringComparer.Ordinal);
        string Key(TaskDescription task) => mti ? task.MtiKey : task.Key;
        string Name(string name) => rename?.Invoke(name) ?? name;
        foreach (var (name, value) in network.state_dict())
        {
            tensors["param/" + Name(name)] = value.detach().clone();
        }

        var input = tensors["input"] = rand(2, 3, 64, 96);
        network.eval();
        Add("output", Predictions());
        network.train();
        var pass = network is PyramidNetwork pyramid ? pyramid.Predict(input, supervised: true) : default;
        var outputs = network is PyramidNetwork ? Enlarged(pass) : Predictions();
        Add("train_output", outputs);
        var losses = network is PyramidNetwork supervised
            ? supervised.Supervise(pass, input.shape, Target).Losses
            : [.. network.Tasks.Select((task, k) => mti ? (task with { NormalsLoss = NormalsLossKind.Absolute }).Loss(task.Activate(outputs[k]), Target(task)) : task.Loss(outputs[k], Target(task)))];
        var total = losses.Aggregate((sum, loss) => sum + loss);
        total.backward();
        foreach (var (task, loss) in network is PyramidNetwork ? [] : network.Tasks.Zip(losses))
        {
            tensors["loss/" + Key(task)] = loss.detach().view(1);
        }

        tensors["loss/total"] = total.detach().view(1);
        foreach (var (name, parameter) in network.named_parameters().Where(pair => pair.parameter.grad is not null))
        {
            tensors["grad/" + Name(name)] = parameter.grad!;
        }

        foreach (var (name, value) in network.state_dict().Where(pair => pair.Key.Contains("running_", StringComparison.Ordinal)))
        {
            tensors["train_state/" + Name(name)] = value;
        }

        Write(path, new() { ["format"] = "golden-reference-1", ["model"] = model, ["config"] = config }, new(tensors.Where(entry => keep?.Invoke(entry.Key) ?? true).ToDictionary(), StringComparer.Ordinal));

        Tensor[] Predictions() => network switch
        {
            PyramidNetwork pyramid => Enlarged(pyramid.Predict(input, supervised: false)),
            ResNetNetwork residual when mti => residual.ForwardRaw(input),
            _ => network.forward(input),
        };

        Tensor[] Enlarged(PyramidNetwork.RawPrediction prediction) => [.. prediction.Final.Select(raw => nn.functional.interpolate(raw, [64, 96], mode: InterpolationMode.Bilinear, align_corners: false))];

        void Add(string group, Tensor[] predictions)
        {
            foreach (var (task, prediction) in network.Tasks.Zip(predictions))
            {
                tensors[$"{group}/{Key(task)}"] = prediction.detach();
            }
        }

        Tensor Target(TaskDescription task)
        {
            var target = task.Kind switch
            {
                TaskKind.Segmentation or TaskKind.HumanParts => randint(0, task.Channels, [2, 64, 96], int64),
                TaskKind.Depth => rand(2, 1, 64, 96) + 1,
                TaskKind.Edges or TaskKind.Saliency => (rand(2, 1, 64, 96) > 0.7f).to(float32),
                _ => nn.functional.normalize(randn(2, 3, 64, 96), dim: 1),
            };
            tensors["target/" + Key(task)] = target;
            return target;
        }
    }

    private static void Write(string path, Dictionary<string, string> metadata, SortedDictionary<string, Tensor> tensors)
    {
        var header = new Dictionary<string, object> { ["__metadata__"] = metadata };
        var data = new MemoryStream();
        foreach (var (name, tensor) in tensors)
        {
            var start = data.Length;
            var values = tensor.detach().contiguous();
            data.Write(tensor.dtype == ScalarType.Int64 ? MemoryMarshal.AsBytes<long>(values.data<long>().ToArray()) : MemoryMarshal.AsBytes<float>(values.data<float>().ToArray()));
            header[name] = new { dtype = tensor.dtype == ScalarType.Int64 ? "I64" : "F32", tensor.shape, data_offsets = new[] { start, data.Length } };
        }

        var json = Encoding.UTF8.GetBytes(JsonSerializer.Serialize(header));
        File.WriteAllBytes(path, [.. BitConverter.GetBytes((long)json.Length), .. json, .. data.ToArray()]);
    }
}
