using RoboPerception.Core;
using RoboPerception.Training.Data;
using static TorchSharp.torch;

namespace RoboPerception.Training.Networks;

/// <summary>Pre-trained backbone weights from a safetensors file with torchvision's names.</summary>
public static class BackboneWeights
{
    /// <summary>
    /// Fills a <see cref="MobileNetV2"/>. The file's network reads pictures of -1..1; ours read 0..1, so the first convolution takes
    /// twice the weights and a bias less their sum.
    /// </summary>
    /// <exception cref="UserErrorException">A tensor is missing or has another shape.</exception>
    public static void Load(MobileNetV2 backbone, string path)
    {
        ArgumentNullException.ThrowIfNull(backbone);
        var file = SafeTensors.Read(path);
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        foreach (var (name, parameter) in backbone.named_parameters())
        {
            var source = file.Tensor(name);
            if (!source.shape.SequenceEqual(parameter.shape))
            {
                throw new UserErrorException(
                    ExitCode.Usage, $"'{path}': tensor '{name}' is ({string.Join(',', source.shape)}), the network needs ({string.Join(',', parameter.shape)}).");
            }

            parameter.copy_(name switch
            {
                "features.0.0.weight" => source * 2,
                "features.0.0.bias" => source - file.Tensor("features.0.0.weight").sum([1L, 2L, 3L]),
                _ => source,
            });
        }
    }
}
