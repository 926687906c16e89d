using System.Globalization;
using RoboPerception.Core;
using RoboPerception.Messaging;
using RoboPerception.Node.Configuration;

namespace RoboPerception.Node.Brokers;

/// <summary>What is looked at on somebody's broker before the node publishes there: is the name free, and what can pass.</summary>
internal sealed class BrokerStart(MqttConnectionOptions broker, Topics topics, string session, Action<string> log)
{
    /// <summary>
    /// Refuses a name that a live node has, or takes it over, and tells which outputs cannot pass. A broker that cannot be reached
    /// is no matter of this: the connection itself says so.
    /// </summary>
    /// <exception cref="UserErrorException">The name is taken (exit code 2).</exception>
    public async Task LookAsync(ModelDescription model, NodeSettings settings, bool takeOver, CancellationToken stop)
    {
        List<(string Name, PayloadEncoding Encoding, int RawBytes)> outputs = [.. model.Outputs.Select(o => (Topics.NameOf(o.Kind), settings.EncodingOf(o.Kind), RawBytes(o.Kind, model.Input)))];
        BrokerSurvey survey;
        try
        {
            survey = await BrokerSurvey.RunAsync(broker, topics, outputs.Max(o => o.RawBytes), stop).ConfigureAwait(false);
        }
        catch (UserErrorException exception) when (exception.ExitCode == ExitCode.Broker)
        {
            return;
        }
        if (survey.Occupant is { } occupant)
        {
            await ClaimAsync(occupant, takeOver, stop).ConfigureAwait(false);
        }
        if (!survey.ComesBack)
        {
            log($"{topics.Root}/probe: nothing sent there comes back, so the largest message that passes is unknown (access rules?)");
            return;
        }
        foreach ((string name, PayloadEncoding encoding, int bytes) in outputs.Where(o => o.RawBytes > survey.LargestBytes))
        {
            log(encoding == PayloadEncoding.Raw
                ? string.Create(CultureInfo.InvariantCulture, $"output '{name}' cannot pass: {bytes:N0} bytes raw, and the broker takes {survey.LargestBytes:N0}; choose another encoding (outputs.{name}) or raise the broker's limit (max_packet_size, message_size_limit)")
                : string.Create(CultureInfo.InvariantCulture, $"output '{name}' may not always pass: the broker takes {survey.LargestBytes:N0} bytes; what is larger is left out and shown in health"));
        }
    }

    private static int RawBytes(OutputKind kind, ModelInput grid) => FrameHeader.Size + (grid.Width * grid.Height * kind switch
    {
        OutputKind.Segmentation => 1,
        OutputKind.Depth => 2,
        _ => 3,
    });

    private async Task ClaimAsync(StatusDocument occupant, bool takeOver, CancellationToken stop)
    {
        if (!takeOver)
        {
            throw new UserErrorException(
                ExitCode.Usage,
                $"a node named '{topics.Node}' is running on {broker.Broker} already (session {occupant.Session}, {occupant.State}): two would publish into the same topics; choose another name with --node, or end that one with --take-over");
        }
        log($"taking over the name '{topics.Node}' from session {occupant.Session}");
        if (!await BrokerSurvey.TakeOverAsync(broker, topics, session, stop).ConfigureAwait(false))
        {
            throw new UserErrorException(ExitCode.Usage, $"the node named '{topics.Node}' (session {occupant.Session}) does not stop: end it where it runs, or choose another name with --node");
        }
    }
}
