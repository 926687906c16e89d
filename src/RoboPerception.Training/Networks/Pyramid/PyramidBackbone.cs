using RoboPerception.Onnx;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace RoboPerception.Training.Networks.Pyramid;

/// <summary>A trunk that turns an image (N,3,H,W) into one map per scale, strides 4, 8, 16 and 32, finest first.</summary>
internal abstract class PyramidBackbone(string name) : Module<Tensor, Tensor[]>(name)
{
    /// <summary>Channels of the maps, stride 4 first.</summary>
    public abstract IReadOnlyList<int> Channels { get; }

    /// <summary>The parameters that pre-trained weights fill.</summary>
    public virtual IEnumerable<TorchSharp.Modules.Parameter> PretrainedParameters => parameters();

    /// <summary>The same and their running statistics.</summary>
    public virtual IEnumerable<Tensor> PretrainedTensors => state_dict().Values;

    /// <summary>Fills the pre-trained part from a safetensors or PyTorch file with the names of its state dictionary; other tensors of the file are left alone.</summary>
    /// <exception cref="UserErrorException">A tensor is missing or has another shape.</exception>
    public virtual void LoadPretrained(string path) => BackboneWeights.Fill(state_dict(), path);

    /// <summary>The graph form; the image as in <see cref="Export.IOnnxExportable.Export"/>.</summary>
    internal abstract Value[] Export(GraphBuilder graph, Value image);
}
