using RoboPerception.Training.Export;
using RoboPerception.Training.Import;
using RoboPerception.Training.Networks;

namespace RoboPerception.Training.Optimisation;

/// <summary>A network with the parameters that a training left behind.</summary>
internal static class TrainedNetwork
{
    /// <summary>
    /// Reads a checkpoint (.ckpt) or an exported model (.onnx), for use. The model has batch norm folded away: it is the identity there, and its
    /// statistics must be measured before training (<see cref="BatchStatistics.Anchor"/>).
    /// </summary>
    /// <exception cref="Core.UserErrorException">The file is missing or damaged, or this program did not write it.</exception>
    public static PerceptionNetwork Load(string path)
    {
        if (!ExportedFile.Is(path))
        {
            return Checkpoint.LoadNetwork(path).Network;
        }

        var (model, description) = ExportedFile.Read(path);
        var network = PerceptionNetwork.Create(NetworkSpec.Parse(description.Architecture), TaskList.Parse(ModelImport.TaskKeys(model.Graph, description)), ModelImport.ImageScale(model.Graph));
        ModelImport.Fill(network, path);
        return network;
    }
}
