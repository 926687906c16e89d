using RoboPerception.Core;

namespace RoboPerception.Node.Sharing;

/// <summary>
/// Where recordings to be done are kept: <c>&lt;prefix&gt;/v1/_jobs/&lt;group&gt;/...</c>. No node can have this name. Everything but the
/// offers is retained, so who comes late, or comes back, knows all of it.
/// </summary>
internal sealed class JobTopics
{
    /// <summary>The topics of one group of workers.</summary>
    /// <exception cref="UserErrorException">The group's name has other letters than <c>[a-z0-9-]</c>.</exception>
    public JobTopics(string prefix, string group)
    {
        if (group.Length == 0 || !group.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-'))
        {
            throw new UserErrorException(ExitCode.Usage, $"group '{group}': use small letters, digits and '-', such as 'nightly'");
        }
        Group = group;
        Root = $"{prefix}/{Messaging.Topics.Version}/_jobs/{group}";
    }

    /// <summary>The group's name.</summary>
    public string Group { get; }

    /// <summary>What all names start with.</summary>
    public string Root { get; }

    /// <summary>Everything that is retained.</summary>
    public IReadOnlyList<string> Board => [$"{Root}/todo/+", $"{Root}/claim/+/+", $"{Root}/done/+", $"{Root}/worker/+"];

    /// <summary>The shared subscription: each offer goes to one worker.</summary>
    public string SharedOffers => $"$share/{Group}/{Offers}";

    /// <summary>A job's id, never retained: MQTT gives nothing retained to a shared subscription.</summary>
    public string Offers => $"{Root}/offer";

    /// <summary>A <see cref="Job"/>; empty once it is done.</summary>
    public string Todo(string id) => $"{Root}/todo/{id}";

    /// <summary>A worker's word that it is at this job; empty when it is not any more.</summary>
    public string Claim(string id, string worker) => $"{Root}/claim/{id}/{worker}";

    /// <summary>A <see cref="JobResult"/>.</summary>
    public string Done(string id) => $"{Root}/done/{id}";

    /// <summary>A worker that is there; its last will is the empty message.</summary>
    public string Worker(string worker) => $"{Root}/worker/{worker}";
}
