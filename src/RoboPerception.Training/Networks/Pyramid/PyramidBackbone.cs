using RoboPerception.Onnx;
using RoboPerception.Training.Import;
using RoboPerception.Core;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace RoboPerception.Training.Networks.Pyramid;

/// <summary>A trunk that answers a picture (N,3,H,W) with one map per scale, strides 4, 8, 16 and 32, finest first.</summary>
public abstract class PyramidBackbone(string name) : Module<Tensor, Tensor[]>(name)
{
    /// <summary>Channels of the maps, stride 4 first.</summary>
    public abstract IReadOnlyList<int> Channels { get; }

    /// <summary>The parameters that pre-trained weights fill.</summary>
    public virtual IEnumerable<TorchSharp.Modules.Parameter> PretrainedParameters => parameters();

    /// <summary>The same and their running statistics.</summary>
    public virtual IEnumerable<Tensor> PretrainedTensors => state_dict().Values;

    /// <summary>Fills the pre-trained part from a safetensors or PyTorch file with the names of its state dictionary; other tensors of the file are left alone.</summary>
    /// <exception cref="UserErrorException">A tensor is missing or has another shape.</exception>
    public virtual void LoadPretrained(string path) => Fill(this, path);

    /// <summary>The graph form; the picture as in <see cref="Export.IOnnxExportable.Export"/>.</summary>
    internal abstract Value[] Export(GraphBuilder graph, Value image);

    private protected static void Fill(Module network, string path)
    {
        var file = StateImport.Read(path);
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        foreach (var (tensorName, own) in network.state_dict().Where(pair => !pair.Key.EndsWith("num_batches_tracked", StringComparison.Ordinal)))
        {
            var source = file.GetValueOrDefault(tensorName) ?? throw new UserErrorException(ExitCode.Usage, $"'{path}' has no tensor '{tensorName}'.");
            if (!source.shape.SequenceEqual(own.shape))
            {
                throw new UserErrorException(
                    ExitCode.Usage, $"'{path}': tensor '{tensorName}' is ({string.Join(',', source.shape)}), the network needs ({string.Join(',', own.shape)}).");
            }

            own.copy_(source);
        }
    }
}
